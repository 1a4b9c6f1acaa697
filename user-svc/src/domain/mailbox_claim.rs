//! Which account keeps a mailbox that several registered in different spellings.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use souk_email::EmailAddress;
use uuid::Uuid;

/// An account and the address that it was registered with.
#[derive(Debug, Clone)]
pub struct MailboxClaim {
    /// The account.
    pub id: Uuid,
    /// The address as it was registered.
    pub email: String,
    /// Whether it was verified.
    pub is_verified: bool,
    /// When the user registered.
    pub created_at: DateTime<Utc>,
}

/// What becomes of claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailboxAssignment {
    /// Accounts and their canonical addresses.
    pub kept: Vec<(Uuid, String)>,
    /// Accounts whose mailbox another one keeps.
    pub in_conflict: Vec<Uuid>,
    /// Accounts with an address that has no canonical form.
    pub without_form: Vec<Uuid>,
}

impl MailboxClaim {
    /// The canonical form of the address, if it has one.
    pub fn canonical(&self) -> Option<String> {
        let address = EmailAddress::parse(&self.email).ok()?;
        Some(address.canonical().to_owned())
    }

    /// Of two claims the lower one wins: a verified one, of equals the older.
    pub fn rank(&self) -> impl Ord + use<> {
        (!self.is_verified, self.created_at, self.id)
    }
}

impl MailboxAssignment {
    /// Gives each mailbox to one of those who claim it.
    pub fn of(claims: Vec<MailboxClaim>) -> Self {
        let mut assignment = Self::default();
        let mut by_mailbox: BTreeMap<String, Vec<MailboxClaim>> = BTreeMap::new();
        for claim in claims {
            match claim.canonical() {
                Some(canonical) => by_mailbox.entry(canonical).or_default().push(claim),
                None => assignment.without_form.push(claim.id),
            }
        }
        for (canonical, mut claims) in by_mailbox {
            claims.sort_by_key(MailboxClaim::rank);
            let mut ids = claims.into_iter().map(|claim| claim.id);
            assignment
                .kept
                .extend(ids.next().map(|keeper| (keeper, canonical)));
            assignment.in_conflict.extend(ids);
        }
        assignment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(id: u128, email: &str, is_verified: bool, second: i64) -> MailboxClaim {
        MailboxClaim {
            id: Uuid::from_u128(id),
            email: email.into(),
            is_verified,
            created_at: DateTime::from_timestamp(second, 0).unwrap(),
        }
    }

    fn keeper(claims: Vec<MailboxClaim>) -> u128 {
        let assignment = MailboxAssignment::of(claims);
        assert_eq!(assignment.kept.len(), 1);
        assignment.kept[0].0.as_u128()
    }

    #[test]
    fn a_verified_account_keeps_the_mailbox_and_of_equals_the_older() {
        let (unicode, ascii) = ("a@b\u{fc}cher.example", "a@xn--bcher-kva.example");

        for (first_verified, second_verified, expected) in [
            (false, false, 1),
            (true, true, 1),
            (true, false, 1),
            (false, true, 2),
        ] {
            let (first, second) = (
                claim(1, unicode, first_verified, 10),
                claim(2, ascii, second_verified, 20),
            );
            assert_eq!(keeper(vec![first.clone(), second.clone()]), expected);
            assert_eq!(keeper(vec![second, first]), expected);
        }
    }

    #[test]
    fn others_keep_their_own_and_what_has_no_form_is_left() {
        let assignment = MailboxAssignment::of(vec![
            claim(1, "A@Example.org", false, 10),
            claim(2, "b@example.org", false, 10),
            claim(3, "a@[127.0.0.1]", false, 10),
            claim(4, "a@ex\u{ad}ample.org", false, 20),
        ]);

        assert_eq!(
            assignment,
            MailboxAssignment {
                kept: vec![
                    (Uuid::from_u128(1), "a@example.org".into()),
                    (Uuid::from_u128(2), "b@example.org".into()),
                ],
                in_conflict: vec![Uuid::from_u128(4)],
                without_form: vec![Uuid::from_u128(3)],
            }
        );
    }
}
