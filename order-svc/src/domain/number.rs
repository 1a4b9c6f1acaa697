//! Order numbers for people.

use rand::Rng;

/// Digits and capitals without those that are read as another (0 and O, 1, I and L, U and V).
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A random number, `SK-7F3K-9Q2M`: one of 6 * 10^11, so that nobody meets another's by trying.
pub fn new_number() -> String {
    let mut random = rand::rng();
    let mut group = || -> String {
        (0..4)
            .filter_map(|_| ALPHABET.get(random.random_range(0..ALPHABET.len())))
            .map(|&c| char::from(c))
            .collect()
    };
    format!("SK-{}-{}", group(), group())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_two_groups_of_four_readable_characters() {
        for _ in 0..1000 {
            let number = new_number();

            assert_eq!(number.len(), 12);
            assert!(number.starts_with("SK-") && number[7..8] == *"-", "{number}");
            assert!(
                number[3..].bytes().all(|c| c == b'-' || ALPHABET.contains(&c)),
                "{number}"
            );
        }
    }
}
