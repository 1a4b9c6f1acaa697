//! How far a word may be from the one that was meant, and how far it is.

/// How many typing errors a word may have: long words two, short ones one, the shortest and numbers none.
pub fn tolerance(word: &str) -> u8 {
    // A digit is never a slip: size 42 is not size 43.
    if word.contains(|letter: char| letter.is_numeric()) {
        return 0;
    }
    match word.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    }
}

/// Whether `typed` becomes `meant` by at most `limit` insertions, deletions, replacements and swaps of neighbors.
pub fn within(typed: &str, meant: &str, limit: u8) -> bool {
    let limit = usize::from(limit);
    let typed: Vec<char> = typed.chars().collect();
    let meant: Vec<char> = meant.chars().collect();
    if typed.len().abs_diff(meant.len()) > limit {
        return false;
    }
    distance(&typed, &meant) <= limit
}

/// The optimal string alignment distance, row by row.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut left_of_from: Option<char> = None;
    for (i, &a) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(to.len() + 1);
        let mut left = i + 1;
        row.push(left);
        let mut left_of_to: Option<char> = None;
        for (j, (&b, pair)) in to.iter().zip(last.windows(2)).enumerate() {
            let &[diagonal, above] = pair else { continue };
            let mut cost = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            if left_of_from == Some(b) && left_of_to == Some(a) {
                let swapped = j.checked_sub(1).and_then(|j| before_last.get(j));
                cost = swapped.map_or(cost, |swapped| cost.min(swapped + 1));
            }
            row.push(cost);
            left = cost;
            left_of_to = Some(b);
        }
        before_last = std::mem::replace(&mut last, row);
        left_of_from = Some(a);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(from: &str, to: &str) -> usize {
        distance(&from.chars().collect::<Vec<_>>(), &to.chars().collect::<Vec<_>>())
    }

    #[test]
    fn longer_words_forgive_more() {
        assert_eq!(
            ["tv", "hat", "shoes", "lether", "42", "iphone14"].map(tolerance),
            [0, 1, 1, 2, 0, 0]
        );
    }

    #[test]
    fn each_slip_counts_once() {
        assert_eq!(apart("shoos", "shoes"), 1);
        assert_eq!(apart("lether", "leather"), 1);
        assert_eq!(apart("boootss", "boots"), 2);
        assert_eq!(apart("sheos", "shoes"), 1);
        assert_eq!(apart("", "abc"), 3);
        assert_eq!(apart("abc", ""), 3);
        assert_eq!(apart("ca", "abc"), 3);
        assert_eq!(apart("same", "same"), 0);
    }

    #[test]
    fn a_limit_is_a_limit() {
        assert!(within("sheos", "shoes", 1));
        assert!(!within("shs", "shoes", 1));
        assert!(!within("boat", "shoe", 2));
    }
}
