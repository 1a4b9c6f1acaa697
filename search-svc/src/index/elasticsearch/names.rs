//! What indexes and aliases are called.

use uuid::Uuid;

/// The names below one prefix, so that several installations can share a server.
#[derive(Debug, Clone)]
pub struct IndexNames {
    base: String,
}

impl IndexNames {
    /// The names below a prefix; `None` if the server would refuse them.
    pub fn new(prefix: &str) -> Option<Self> {
        let is_allowed =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_".contains(letter);
        let is_name = prefix.len() <= 100
            && prefix.chars().all(is_allowed)
            && prefix.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        is_name.then(|| Self {
            base: format!("{prefix}-search"),
        })
    }

    /// The alias of the index that answers searches.
    pub fn active(&self) -> &str {
        &self.base
    }

    /// An index.
    pub fn index(&self, id: Uuid) -> String {
        format!("{}-{}", self.base, id.simple())
    }

    /// The alias that documents of an index are written to. It ends with the index, so that a late write can not make
    /// the server create an index anew.
    pub fn writes(&self, id: Uuid) -> String {
        format!("{}-write", self.index(id))
    }

    /// Matches all indexes.
    pub fn all(&self) -> String {
        format!("{}-*", self.base)
    }

    /// The id of an index; `None` if it is none of ours.
    pub fn id_of(&self, index: &str) -> Option<Uuid> {
        let id = index.strip_prefix(&self.base)?.strip_prefix('-')?;
        (id.len() == uuid::fmt::Simple::LENGTH)
            .then(|| id.parse().ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_known_by_its_name() {
        let names = IndexNames::new("souk").unwrap();
        let id = Uuid::now_v7();

        assert_eq!(names.id_of(&names.index(id)), Some(id));
        for other in [
            names.active(),
            &names.writes(id),
            &names.all(),
            "souk-search-x",
            &format!("other-search-{}", id.simple()),
        ] {
            assert_eq!(names.id_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_prefix_that_the_server_would_refuse_is_refused() {
        for prefix in [
            "", "Souk", "_souk", "-souk", "so uk", "so*uk", "so,uk", "so/uk", "söuk",
        ] {
            assert!(IndexNames::new(prefix).is_none(), "{prefix}");
        }
    }
}
