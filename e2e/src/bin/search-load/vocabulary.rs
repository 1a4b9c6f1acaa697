//! Words that can be pronounced, and how often they are used.

use e2e::torture::dice::Dice;

/// Words that there are.
pub const WORDS: usize = 50_000;
/// The most frequent words are the shortest.
const SHORT_WORDS: usize = 2_000;
const CONSONANTS: &[u8] = b"bdfghjklmnprstvz";
const VOWELS: &[u8] = b"aeiou";
/// The weight of the most frequent word; the one of rank r has this divided by r.
const WEIGHT: u64 = 1 << 40;

/// Words by rank. Each is used as often as Zipf's law with exponent 1 says: the word of rank r with a probability in
/// proportion to 1/r.
pub struct Vocabulary {
    words: Vec<String>,
    /// Sums of weights up to and with each rank.
    sums: Vec<u64>,
}

impl Vocabulary {
    /// Always the same words.
    pub fn new() -> Self {
        let mut dice = Dice::of(0x0050_414c_4142_5241);
        let mut seen = std::collections::HashSet::with_capacity(WORDS);
        let mut words = Vec::with_capacity(WORDS);
        while words.len() < WORDS {
            // Four syllables leave most words without another that is one letter away, as in a natural language.
            let syllables = if words.len() < SHORT_WORDS { 3 } else { 4 };
            let word = word(&mut dice, syllables);
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0;
        let sums = (1..=u64::try_from(WORDS).unwrap_or(u64::MAX)).map(|rank| {
            sum += WEIGHT / rank;
            sum
        });
        Self {
            sums: sums.collect(),
            words,
        }
    }

    /// A word by Zipf's law.
    pub fn draw(&self, dice: &mut Dice) -> &str {
        let total = self.sums.last().copied().unwrap_or(1);
        let at = dice.roll() % total;
        self.word(self.sums.partition_point(|sum| *sum <= at))
    }

    /// The word of a rank, counted from 0.
    pub fn word(&self, rank: usize) -> &str {
        self.words.get(rank).map_or("", String::as_str)
    }
}

fn word(dice: &mut Dice, syllables: usize) -> String {
    let mut word = String::with_capacity(syllables * 2);
    for _ in 0..syllables {
        for letters in [CONSONANTS, VOWELS] {
            word.extend(dice.one_of(letters).map(|letter| char::from(*letter)));
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_rank_one_is_drawn_twice_as_often_as_the_one_of_rank_two() {
        let vocabulary = Vocabulary::new();
        let mut dice = Dice::of(7);

        let mut drawn = std::collections::HashMap::new();
        for _ in 0..200_000 {
            *drawn.entry(vocabulary.draw(&mut dice)).or_insert(0_u32) += 1;
        }

        let times = |rank| f64::from(drawn[vocabulary.word(rank)]);
        // 1 in the 50 000th harmonic number, which is 11.4.
        assert!((0.085..0.091).contains(&(times(0) / 200_000.0)), "{}", times(0));
        assert!((1.9..2.1).contains(&(times(0) / times(1))));
        assert!((9.0..11.0).contains(&(times(0) / times(9))));
    }

    #[test]
    fn there_are_so_many_different_words_and_no_more() {
        let vocabulary = Vocabulary::new();

        assert_eq!(vocabulary.words.len(), WORDS);
        assert_eq!(
            (vocabulary.word(0).len(), vocabulary.word(WORDS - 1).len()),
            (6, 8)
        );
        assert_eq!(vocabulary.word(WORDS), "");
    }
}
