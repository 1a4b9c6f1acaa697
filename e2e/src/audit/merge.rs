//! Two sides compared key by key, both read in the order of their keys: memory does not grow with them.

use futures_util::StreamExt;

use super::databases::{Line, Lines};
use super::{Error, Result};

/// Several ordered answers read as one.
pub struct Sorted {
    parts: Vec<Part>,
}

struct Part {
    database: &'static str,
    head: Option<Line>,
    rest: Lines,
}

/// Where two sides are not the same.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// The copy does not know it.
    Missing(Line),
    /// Only the copy knows it.
    Stray(Line),
    /// Both know it, and say something else of it.
    Differs(Line, Line),
}

impl Part {
    fn key(&self) -> Option<&str> {
        self.head.as_ref().map(|line| line.key.as_str())
    }

    /// Takes the first line out and reads the next one.
    async fn advance(&mut self) -> Result<Option<Line>> {
        let next = self.rest.next().await.transpose()?;
        if let (Some(earlier), Some(later)) = (&self.head, &next)
            && later.key < earlier.key
        {
            return Err(Error::Unordered {
                database: self.database,
                earlier: earlier.key.clone(),
                later: later.key.clone(),
            });
        }
        Ok(std::mem::replace(&mut self.head, next))
    }
}

impl Sorted {
    /// The answers of these databases together.
    ///
    /// # Errors
    /// When the first rows cannot be read.
    pub async fn new(answers: impl IntoIterator<Item = (&'static str, Lines)>) -> Result<Self> {
        let mut parts = Vec::new();
        for (database, rest) in answers {
            let mut part = Part {
                database,
                head: None,
                rest,
            };
            part.advance().await?;
            parts.push(part);
        }
        Ok(Self { parts })
    }

    fn peek(&self) -> Option<&str> {
        self.parts.iter().filter_map(Part::key).min()
    }

    /// The next line of all.
    ///
    /// # Errors
    /// When it cannot be read, or is out of order.
    pub async fn next(&mut self) -> Result<Option<Line>> {
        let heads = self.parts.iter_mut().filter(|part| part.head.is_some());
        match heads.min_by(|a, b| a.key().cmp(&b.key())) {
            Some(part) => part.advance().await,
            None => Ok(None),
        }
    }
}

/// Tells each difference between an original and its copy, in the order of the keys, and answers how many keys the
/// original has.
///
/// # Errors
/// When a side cannot be read, or is out of order.
pub async fn compare(
    mut original: Sorted,
    mut copy: Sorted,
    mut tell: impl FnMut(Difference),
) -> Result<u64> {
    let mut counted = 0;
    loop {
        let (is_in_original, is_in_copy) = match (original.peek(), copy.peek()) {
            (None, None) => return Ok(counted),
            (Some(there), Some(here)) => (there <= here, here <= there),
            (there, here) => (there.is_some(), here.is_some()),
        };
        let there = if is_in_original {
            original.next().await?
        } else {
            None
        };
        let here = if is_in_copy { copy.next().await? } else { None };
        counted += u64::from(is_in_original);
        match (there, here) {
            (Some(there), None) => tell(Difference::Missing(there)),
            (None, Some(here)) => tell(Difference::Stray(here)),
            (Some(there), Some(here)) if here.facts.is_some() && here.facts != there.facts => {
                tell(Difference::Differs(there, here));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn line(key: &str, facts: &str) -> Line {
        Line {
            key: key.to_owned(),
            facts: Some(facts.to_owned()),
        }
    }

    fn lines(lines: &[(&str, &str)]) -> (&'static str, Lines) {
        let all: Vec<_> = lines.iter().map(|(key, facts)| Ok(line(key, facts))).collect();
        ("some_svc", stream::iter(all).boxed())
    }

    async fn sorted(parts: &[&[(&str, &str)]]) -> Sorted {
        Sorted::new(parts.iter().map(|part| lines(part))).await.unwrap()
    }

    async fn differences(
        original: &[&[(&str, &str)]],
        copy: &[&[(&str, &str)]],
    ) -> Result<(u64, Vec<Difference>)> {
        let mut found = Vec::new();
        let (original, copy) = (sorted(original).await, sorted(copy).await);
        let counted = compare(original, copy, |difference| found.push(difference)).await?;
        Ok((counted, found))
    }

    #[tokio::test]
    async fn equal_sides_do_not_differ() {
        let side: &[(&str, &str)] = &[("a", "1"), ("b", "2")];

        assert_eq!(differences(&[side], &[side]).await.unwrap(), (2, vec![]));
        assert_eq!(differences(&[], &[&[]]).await.unwrap(), (0, vec![]));
    }

    #[tokio::test]
    async fn each_kind_of_difference_is_told_in_the_order_of_the_keys() {
        let (counted, found) = differences(
            &[&[("a", "1"), ("c", "3"), ("d", "4")]],
            &[&[("b", "2"), ("c", "0"), ("d", "4"), ("e", "5")]],
        )
        .await
        .unwrap();

        let expected = vec![
            Difference::Missing(line("a", "1")),
            Difference::Stray(line("b", "2")),
            Difference::Differs(line("c", "3"), line("c", "0")),
            Difference::Stray(line("e", "5")),
        ];
        assert_eq!((counted, found), (3, expected));
    }

    #[tokio::test]
    async fn a_thing_that_is_there_twice_has_one_copy() {
        let (_, found) = differences(&[&[("a", "1"), ("a", "1")]], &[&[("a", "1")]])
            .await
            .unwrap();

        assert_eq!(found, [Difference::Missing(line("a", "1"))]);
    }

    #[tokio::test]
    async fn several_answers_are_read_as_one() {
        let original: &[&[(&str, &str)]] = &[&[("a", "1"), ("d", "4")], &[("b", "2"), ("c", "3")]];
        let copy: &[&[(&str, &str)]] = &[&[("a", "1"), ("b", "2"), ("c", "3")], &[("d", "4")]];

        assert_eq!(differences(original, copy).await.unwrap(), (4, vec![]));
    }

    #[tokio::test]
    async fn a_copy_may_say_no_more_than_that_it_is_there() {
        let nothing = Line {
            key: "a".to_owned(),
            facts: None,
        };
        let copy: Lines = stream::iter([Ok(nothing)]).boxed();
        let mut found = Vec::new();

        let original = sorted(&[&[("a", "1")]]).await;
        let copy = Sorted::new([("some_svc", copy)]).await.unwrap();
        compare(original, copy, |difference| found.push(difference))
            .await
            .unwrap();

        assert_eq!(found, []);
    }

    #[tokio::test]
    async fn rows_out_of_order_are_no_answer() {
        let failed = differences(&[&[("b", "2"), ("a", "1")]], &[&[]])
            .await
            .unwrap_err();

        assert!(matches!(failed, Error::Unordered { .. }), "{failed}");
    }
}
