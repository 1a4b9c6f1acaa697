//! What user-svc has ended, told to the gateway so that no token of it is good any more.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Sessions and tokens that are over. As a text it stands in the header [`souk_auth::headers::MESH_ENDED`] of the
/// answer to a call that the gateway passed on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Sessions, with every token of theirs.
    #[serde(default)]
    pub sessions: Vec<Uuid>,
    /// Users whose tokens of before are over.
    #[serde(default)]
    pub users: Vec<EndedUser>,
}

/// A user, and until when access tokens must have been granted to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedUser {
    /// The user.
    pub user_id: Uuid,
    /// Unix milliseconds by the clock of user-svc's database, as in [`granted_at`](super::user::SessionGrant).
    pub until: i64,
}

/// A text that tells of nothing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was ended cannot be read")]
pub struct MalformedEnded;

impl Ended {
    /// One session.
    pub fn session(id: Uuid) -> Self {
        Self {
            sessions: vec![id],
            users: Vec::new(),
        }
    }

    /// All tokens of a user, so far.
    pub fn user(user: EndedUser) -> Self {
        Self {
            sessions: Vec::new(),
            users: vec![user],
        }
    }

    /// Whether nothing was ended.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.users.is_empty()
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions = self.sessions.iter().map(|id| format!("session:{id}"));
        let users = self
            .users
            .iter()
            .map(|user| format!("user:{}:{}", user.user_id, user.until));
        let all: Vec<String> = sessions.chain(users).collect();
        f.write_str(&all.join(","))
    }
}

impl FromStr for Ended {
    type Err = MalformedEnded;

    fn from_str(text: &str) -> Result<Self, MalformedEnded> {
        let mut ended = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (kind, rest) = part.split_once(':').ok_or(MalformedEnded)?;
            match (kind, rest.split_once(':')) {
                ("session", None) => ended.sessions.push(id(rest)?),
                ("user", Some((user, until))) => ended.users.push(EndedUser {
                    user_id: id(user)?,
                    until: until.parse().map_err(|_| MalformedEnded)?,
                }),
                _ => return Err(MalformedEnded),
            }
        }
        Ok(ended)
    }
}

fn id(text: &str) -> Result<Uuid, MalformedEnded> {
    text.parse().map_err(|_| MalformedEnded)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn what_was_ended_reads_back() {
        let ended = Ended {
            sessions: vec![Uuid::now_v7(), Uuid::now_v7()],
            users: vec![EndedUser {
                user_id: Uuid::now_v7(),
                until: 1_767_225_600_123,
            }],
        };

        assert_eq!(ended.to_string().parse(), Ok(ended));
        assert_eq!("".parse(), Ok(Ended::default()));
    }

    #[test]
    fn anything_else_is_refused() {
        let id = Uuid::now_v7();
        for text in [
            "x".to_owned(),
            format!("session:{id}:1"),
            format!("user:{id}"),
            format!("user:{id}:soon"),
            format!("shop:{id}"),
            "session:x".to_owned(),
        ] {
            assert_eq!(text.parse::<Ended>(), Err(MalformedEnded), "{text}");
        }
    }
}
