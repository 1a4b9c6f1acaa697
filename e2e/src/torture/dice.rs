//! Chance that is the same each time.

/// A source of numbers: SplitMix64, in ten lines, because no library promises the same stream in its next version.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The stream of a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to and without `high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low).max(1));
        low + u32::try_from(self.roll() % span).unwrap_or_default()
    }

    /// Yes, in so many of a hundred cases.
    pub fn percent(&mut self, chance: u32) -> bool {
        self.between(0, 100) < chance
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.get(usize::try_from(self.between(0, count)).ok()?)
    }

    /// All of them, in another order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let count = u32::try_from(last + 1).unwrap_or(u32::MAX);
            all.swap(last, usize::try_from(self.between(0, count)).unwrap_or(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut dice = Dice::of(1_234_567);

        assert_eq!(
            [dice.roll(), dice.roll(), dice.roll()],
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut all: Vec<u32> = (0..50).collect();

        Dice::of(7).shuffle(&mut all);

        assert_ne!(all, (0..50).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn numbers_stay_between_their_bounds() {
        let mut dice = Dice::of(3);

        assert!(
            (0..1000)
                .map(|_| dice.between(5, 8))
                .all(|number| (5..8).contains(&number))
        );
        assert_eq!(dice.one_of::<u8>(&[]), None);
    }
}
