//! The names under which erased accounts stay in the log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::{Builder, Uuid};

use crate::domain::UserId;

/// A shorter secret can be found out by trying.
const MIN_SECRET: usize = 32;
/// What a build without keys made names from. Whoever has the source can compute those, so they are replaced.
const KEYLESS: Uuid = Uuid::from_u128(0x5b0f_3b6e_9a6d_4c0e_8d43_6f0e_2a1c_77b5);

/// Why a list of keys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PseudonymKeyError {
    /// There is none.
    #[error("it must hold at least one key")]
    None,
    /// An entry is not base64, or too short.
    #[error("entry {0} must be base64 of at least {MIN_SECRET} random bytes")]
    Unfit(usize),
}

/// Makes pseudonyms: an HMAC of the account's id under a secret of the installation. Always the same for an account, and
/// without the secret nobody can tell whose it is.
#[derive(Clone)]
pub struct Pseudonyms {
    newest: Hmac<Sha256>,
    /// Their names are still recognised, and replaced wherever they are met.
    former: Vec<Hmac<Sha256>>,
    is_random: bool,
}

impl Pseudonyms {
    /// Reads `base64[,base64]`: the first key makes pseudonyms, the others recognise those that they made.
    ///
    /// # Errors
    /// Tells the entry that is wrong.
    pub fn parse(text: &str) -> Result<Self, PseudonymKeyError> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let mut keys = Vec::new();
        let mut is_random = true;
        for (index, entry) in entries.enumerate() {
            let unfit = PseudonymKeyError::Unfit(index + 1);
            let secret = STANDARD.decode(entry).map_err(|_| unfit)?;
            if secret.len() < MIN_SECRET {
                return Err(unfit);
            }
            is_random &= !secret.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
            keys.push(Hmac::new_from_slice(&secret).map_err(|_| unfit)?);
        }
        let mut keys = keys.into_iter();
        Ok(Self {
            newest: keys.next().ok_or(PseudonymKeyError::None)?,
            former: keys.collect(),
            is_random,
        })
    }

    /// Whether no key is a text that somebody thought up.
    pub fn is_random(&self) -> bool {
        self.is_random
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

    const ONE: &str = "8pYb3lQ0v0m2s1q6vZyB0r7gKf4cV1wN9hJtXeUoDkM=";
    const TWO: &str = "m1c0i0m9r1b8gq1J2l3o4p5Q6R7S8T9U0V1W2X3Y4Z4=";
    const USER: UserId = UserId(Uuid::from_u128(1));

    fn keys(text: &str) -> Pseudonyms {
        Pseudonyms::parse(text).unwrap()
    }

    #[test]
    fn a_pseudonym_is_stable_and_differs_by_account_and_key() {
        let other = UserId(Uuid::from_u128(2));

        assert_eq!(keys(ONE).of(USER), keys(ONE).of(USER));
        assert_ne!(keys(ONE).of(USER), keys(ONE).of(other));
        assert_ne!(keys(ONE).of(USER), keys(TWO).of(USER));
        assert_ne!(keys(ONE).of(USER), USER.0);
    }

    #[test]
    fn a_pseudonym_cannot_be_computed_from_the_source_alone() {
        let public = Uuid::new_v5(&KEYLESS, USER.0.as_bytes());

        assert_ne!(keys(ONE).of(USER), public);
        assert_eq!(keys(ONE).of(USER).get_version_num(), 8);
    }

    #[test]
    fn names_of_former_keys_and_of_builds_without_one_are_recognised() {
        let public = Uuid::new_v5(&KEYLESS, USER.0.as_bytes());

        assert_eq!(keys(ONE).former(USER), [public]);
        assert_eq!(
            keys(&format!("{TWO}, {ONE}")).former(USER),
            [keys(ONE).of(USER), public]
        );
        assert_eq!(keys(&format!("{TWO},{ONE}")).of(USER), keys(TWO).of(USER));
    }

    #[test]
    fn keys_that_can_be_guessed_are_told_apart() {
        let refusal = |text: &str| Pseudonyms::parse(text).err();

        assert_eq!(refusal(" , "), Some(PseudonymKeyError::None));
        assert_eq!(refusal("dG9vIHNob3J0"), Some(PseudonymKeyError::Unfit(1)));
        assert_eq!(
            refusal(&format!("{ONE},no base64")),
            Some(PseudonymKeyError::Unfit(2))
        );
        assert!(keys(ONE).is_random());
        let text = "dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz";
        assert!(!keys(&format!("{ONE},{text}")).is_random());
    }
}
