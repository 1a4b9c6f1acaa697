//! The names under which erased accounts stay in the log.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::{Builder, Uuid};

use crate::domain::UserId;

/// What a build without keys made names from. Whoever has the source can compute those, so they are replaced.
const KEYLESS: Uuid = Uuid::from_u128(0x5b0f_3b6e_9a6d_4c0e_8d43_6f0e_2a1c_77b5);

/// Without a key there is no pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no key for pseudonyms")]
pub struct NoPseudonymKey;

/// Makes pseudonyms: an HMAC of the account's id under a secret of the installation. Always the same for an account, and
/// without the secret nobody can tell whose it is.
#[derive(Clone)]
pub struct Pseudonyms {
    newest: Hmac<Sha256>,
    /// Their names are still recognised, and replaced wherever they are met.
    former: Vec<Hmac<Sha256>>,
}

impl Pseudonyms {
    /// The first key makes pseudonyms, the others recognise those that they made.
    ///
    /// # Errors
    /// When there is none.
    pub fn new(keys: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self, NoPseudonymKey> {
        let mut keys = keys
            .into_iter()
            .map(|key| Hmac::new_from_slice(key.as_ref()).map_err(|_| NoPseudonymKey));
        Ok(Self {
            newest: keys.next().ok_or(NoPseudonymKey)??,
            former: keys.collect::<Result<_, _>>()?,
        })
    }

    /// The pseudonym of an account.
    pub fn of(&self, user: UserId) -> Uuid {
        name(&self.newest, user)
    }

    /// Names that the account may have been given under former keys, or by a build that had none.
    pub fn former(&self, user: UserId) -> Vec<Uuid> {
        let keyed = self.former.iter().map(|key| name(key, user));
        keyed.chain([Uuid::new_v5(&KEYLESS, user.0.as_bytes())]).collect()
    }
}

fn name(key: &Hmac<Sha256>, user: UserId) -> Uuid {
    let mut mac = key.clone();
    mac.update(user.0.as_bytes());
    let digest = mac.finalize().into_bytes();
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(1));

    fn keys(keys: &[&str]) -> Pseudonyms {
        Pseudonyms::new(keys).unwrap()
    }

    #[test]
    fn a_pseudonym_is_stable_and_differs_by_account_and_key() {
        let other = UserId(Uuid::from_u128(2));

        assert_eq!(keys(&["one"]).of(USER), keys(&["one"]).of(USER));
        assert_ne!(keys(&["one"]).of(USER), keys(&["one"]).of(other));
        assert_ne!(keys(&["one"]).of(USER), keys(&["two"]).of(USER));
        assert_ne!(keys(&["one"]).of(USER), USER.0);
    }

    #[test]
    fn a_pseudonym_cannot_be_computed_from_the_source_alone() {
        let public = Uuid::new_v5(&KEYLESS, USER.0.as_bytes());

        assert_ne!(keys(&["one"]).of(USER), public);
        assert_eq!(keys(&["one"]).of(USER).get_version_num(), 8);
        assert_eq!(Pseudonyms::new([""; 0]).err(), Some(NoPseudonymKey));
    }

    #[test]
    fn names_of_former_keys_and_of_builds_without_one_are_recognised() {
        let public = Uuid::new_v5(&KEYLESS, USER.0.as_bytes());
        let one = keys(&["one"]);

        assert_eq!(one.former(USER), [public]);
        assert_eq!(keys(&["two", "one"]).former(USER), [one.of(USER), public]);
        assert_eq!(keys(&["two", "one"]).of(USER), keys(&["two"]).of(USER));
    }
}
