//! What is asked of the databases.

use super::collect::Collector;
use super::databases::Databases;
use super::merge::{Difference, Sorted, compare};
use super::{Check, Result, Violation};

/// One invariant, and how it is recomputed.
pub struct Question {
    /// What it is about.
    pub name: &'static str,
    /// What must hold.
    pub about: &'static str,
    /// How to find out.
    pub asks: Asks,
}

/// How to find out whether an invariant holds.
pub enum Asks {
    /// By a query in each of some databases that answers what breaks it: keys in their order, and what is wrong.
    Broken {
        /// Where; in the order of their names if there are several.
        databases: &'static [&'static str],
        /// What is counted: a table, or a query with a name.
        counted: &'static str,
        /// The query.
        broken: String,
    },
    /// By pairs of queries that must answer the same; in the order of their names if there are several.
    Copied(Vec<Pair>),
}

/// An original and a copy of it.
pub struct Pair {
    /// Before each key, to tell apart what comes of different pairs.
    pub name: &'static str,
    /// The original.
    pub original: Side,
    /// The copy.
    pub copy: Side,
    /// How the two must compare.
    pub relation: Relation,
}

/// How an original and its copy must compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The copy knows what the original knows, and nothing else.
    Equal,
    /// The copy may know more.
    Within,
    /// The copy knows nothing of what the original states facts about.
    Apart,
}

/// One side of a comparison.
pub struct Side {
    /// Who says so.
    pub who: &'static str,
    /// Queries for keys, in their order, and facts. What several databases answer is taken together.
    pub queries: Vec<(&'static str, String)>,
}

impl Side {
    /// What one database says.
    pub fn of(who: &'static str, database: &'static str, sql: impl Into<String>) -> Self {
        Self {
            who,
            queries: vec![(database, sql.into())],
        }
    }

    async fn ask(&self, databases: &Databases) -> Result<Sorted> {
        let mut answers = Vec::new();
        for (database, sql) in &self.queries {
            answers.push((*database, databases.lines(database, sql).await?));
        }
        Sorted::new(answers).await
    }
}

impl Pair {
    /// A copy that knows what the original knows, and nothing else.
    pub fn new(original: Side, copy: Side) -> Self {
        Self {
            name: "",
            original,
            copy,
            relation: Relation::Equal,
        }
    }

    /// What must not be known of the originals that come with facts.
    pub fn apart(original: Side, copy: Side) -> Self {
        Self {
            relation: Relation::Apart,
            ..Self::new(original, copy)
        }
    }

    /// The same, with a copy that may know more.
    pub fn within(original: Side, copy: Side) -> Self {
        Self {
            relation: Relation::Within,
            ..Self::new(original, copy)
        }
    }

    async fn ask(&self, databases: &Databases, found: &mut Collector<'_>) -> Result<u64> {
        let original = self.original.ask(databases).await?;
        let copy = self.copy.ask(databases).await?;
        compare(original, copy, |difference| {
            let is_broken = match (self.relation, &difference) {
                (Relation::Equal, _)
                | (Relation::Within, Difference::Missing(_) | Difference::Differs(..)) => true,
                (Relation::Apart, Difference::Differs(there, _)) => there.facts.is_some(),
                (Relation::Within, Difference::Stray(_))
                | (Relation::Apart, Difference::Missing(_) | Difference::Stray(_)) => false,
            };
            if is_broken {
                found.push(self.violation(difference));
            }
        })
        .await
    }

    fn violation(&self, difference: Difference) -> Violation {
        let (key, there, here) = match difference {
            Difference::Missing(line) => (line.key, line.facts, None),
            Difference::Stray(line) => (line.key, None, line.facts),
            Difference::Differs(there, here) => (there.key, there.facts, here.facts),
        };
        let said = |facts: Option<&String>| facts.map_or("nothing", String::as_str).to_owned();
        Violation {
            key: named(self.name, key),
            says: format!(
                "{}: {}; {}: {}",
                self.original.who,
                said(there.as_ref()),
                self.copy.who,
                said(here.as_ref())
            ),
            seen: here,
        }
    }
}

impl Question {
    /// An invariant within one database.
    pub fn broken(
        name: &'static str,
        about: &'static str,
        databases: &'static [&'static str],
        counted: &'static str,
        broken: impl Into<String>,
    ) -> Self {
        let asks = Asks::Broken {
            databases,
            counted,
            broken: broken.into(),
        };
        Self { name, about, asks }
    }

    /// An invariant between two databases.
    pub fn copied(name: &'static str, about: &'static str, pair: Pair) -> Self {
        let asks = Asks::Copied(vec![pair]);
        Self { name, about, asks }
    }

    /// Finds out. After an earlier look, only what was wrong then as well is told.
    ///
    /// # Errors
    /// When a database does not answer.
    pub async fn ask(&self, databases: &Databases, before: Option<&Check>) -> Result<Check> {
        let mut found = Collector::new(before);
        let mut counted: u64 = 0;
        match &self.asks {
            Asks::Broken {
                databases: several,
                counted: table,
                broken,
            } => {
                for database in *several {
                    counted = counted.saturating_add(databases.count(database, table).await?);
                    let mut broken =
                        Sorted::new([(*database, databases.lines(database, broken).await?)]).await?;
                    let name = if several.len() > 1 { database } else { "" };
                    while let Some(line) = broken.next().await? {
                        found.push(Violation {
                            key: named(name, line.key),
                            says: line.facts.unwrap_or_default(),
                            seen: None,
                        });
                    }
                }
            }
            Asks::Copied(pairs) => {
                for pair in pairs {
                    counted = counted.saturating_add(pair.ask(databases, &mut found).await?);
                }
            }
        }
        Ok(found.into_check(self.name, self.about, counted))
    }
}

fn named(name: &str, key: String) -> String {
    if name.is_empty() {
        key
    } else {
        format!("{name} {key}")
    }
}
