//! Passwords: what is accepted, and how they are hashed.
//!
//! Argon2id with 19 MiB, two passes and one lane, as OWASP's password storage guidance recommends. Hashing takes
//! about 18 ms of one core: call it off the request threads.

use std::cell::RefCell;
use std::sync::LazyLock;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher, Version};

thread_local! {
    /// Where this thread hashes. Taken from the system anew for each password, 19 MiB cost as much as a third of the
    /// hash itself.
    static BLOCKS: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Below this many guesses (as a power of ten) a password counts as a common one.
const COMMON_GUESSES_LOG10: f64 = 5.0;

/// Characters of each end of a password that are assessed: what an assessment takes grows with the square of its length,
/// and a hundred characters may be made to cost a core most of a second.
const ASSESSED: usize = 24;

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than 10 or longer than 128 characters.
    #[error("A password has 10 to 128 characters.")]
    Length,
    /// Among the passwords that are tried first.
    #[error("This password is among the common ones; choose another.")]
    Common,
}

/// A password that is good enough to be set.
pub struct Password(String);

impl Password {
    /// Accepts a password by length and by not being a common one. May take a tenth of a second of one core: call it off
    /// the request threads.
    ///
    /// # Errors
    /// [`PasswordError`] says what is wrong with it.
    pub fn accept(password: String) -> Result<Self, PasswordError> {
        if !(10..=128).contains(&password.chars().count()) {
            return Err(PasswordError::Length);
        }
        let is_common = |part: &String| zxcvbn::zxcvbn(part, &[]).guesses_log10() < COMMON_GUESSES_LOG10;
        if ends(&password).iter().all(is_common) {
            return Err(PasswordError::Common);
        }
        Ok(Self(password))
    }

    /// The hash in PHC form, with a salt of its own.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn hash(&self) -> Result<String, argon2::password_hash::Error> {
        Ok(Argon2::default().hash_password(self.0.as_bytes())?.to_string())
    }
}

/// Both ends of a password, or all of a short one. A password is at least as hard to guess as a part of it.
fn ends(password: &str) -> Vec<String> {
    let characters = password.chars().count();
    let from = |skipped: usize| password.chars().skip(skipped).take(ASSESSED).collect();
    match characters.checked_sub(ASSESSED) {
        None | Some(0) => vec![password.to_owned()],
        Some(more) => vec![from(0), from(more)],
    }
}

/// Whether `password` is the one behind `hash`. The thread keeps the memory for the next one, see [`give_back`].
pub fn verify(hash: &str, password: &str) -> bool {
    let stored = PasswordHash::new(hash).ok();
    // Outputs are compared in constant time.
    stored.is_some_and(|stored| stored.hash.is_some() && computed(&stored, password) == stored.hash)
}

/// Gives the memory of this thread's hashes back to the system.
pub fn give_back() {
    BLOCKS.take();
}

/// What `password` gives under the salt and the parameters of a stored hash.
fn computed(stored: &PasswordHash, password: &str) -> Option<Output> {
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from);
    let argon2 = Argon2::new(algorithm, version.ok()?, Params::try_from(stored).ok()?);
    let salt = stored.salt.as_ref()?;
    let mut output = vec![0; stored.hash.as_ref()?.len()];
    BLOCKS.with_borrow_mut(|blocks| {
        blocks.resize(argon2.params().block_count(), Block::default());
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, blocks)
            .ok()
    })?;
    Output::new(&output).ok()
}

/// A hash to check against when there is no account, so that its absence cannot be told by the time taken.
pub fn decoy_hash() -> &'static str {
    static DECOY: LazyLock<String> = LazyLock::new(|| {
        Password("no one has this password".into())
            .hash()
            .unwrap_or_default()
    });
    &DECOY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_verifies_only_its_password() {
        let hash = Password::accept("seven brave otters".into())
            .ok()
            .unwrap()
            .hash()
            .unwrap();

        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&hash, "seven brave otters"));
        assert!(!verify(&hash, "seven brave otter"));
    }

    #[test]
    fn a_hash_of_other_parameters_verifies_too() {
        let usual = Password("seven brave otters".into()).hash().unwrap();
        let smaller = Argon2::from(Params::new(1024, 3, 2, Some(24)).unwrap());
        let smaller = smaller.hash_password(b"seven brave otters").unwrap().to_string();

        for hash in [&usual, &smaller, &usual] {
            assert!(
                verify(hash, "seven brave otters") && !verify(hash, "seven brave otter"),
                "{hash}"
            );
        }
        give_back();
        assert!(verify(&usual, "seven brave otters"));
    }

    #[test]
    fn what_is_no_hash_verifies_nothing() {
        let hash = Password("seven brave otters".into()).hash().unwrap();
        let (without_output, _) = hash.rsplit_once('$').unwrap();

        for text in [
            "",
            "x",
            "$argon2id$v=19$m=19456,t=2,p=1",
            without_output,
            &hash.replace("argon2id", "scrypt"),
        ] {
            assert!(!verify(text, "seven brave otters"), "{text}");
        }
    }

    #[test]
    fn short_and_common_passwords_are_refused() {
        assert_eq!(
            Password::accept("x7Q!m2_pz".into()).err(),
            Some(PasswordError::Length)
        );
        assert_eq!(
            Password::accept("a".repeat(129)).err(),
            Some(PasswordError::Length)
        );
        assert_eq!(
            Password::accept("password123".into()).err(),
            Some(PasswordError::Common)
        );
        assert_eq!(
            Password::accept("1234567890".into()).err(),
            Some(PasswordError::Common)
        );
    }

    #[test]
    fn no_more_of_a_password_is_assessed_than_is_cheap() {
        let costly: String = "4@8({[<3691!|70$5+7%2".chars().cycle().take(128).collect();
        let parts = ends(&costly);

        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| part.chars().count() == ASSESSED));
        assert!(costly.starts_with(&parts[0]) && costly.ends_with(&parts[1]));
        assert!(Password::accept(costly).is_ok());
        assert_eq!(ends(&"ə".repeat(ASSESSED)), ["ə".repeat(ASSESSED)]);
        assert_eq!(ends(&"ə".repeat(ASSESSED + 1)).len(), 2);
    }

    #[test]
    fn a_long_password_is_common_if_both_its_ends_are() {
        let common = |password: String| Password::accept(password).err() == Some(PasswordError::Common);
        let plain = "a".repeat(40);

        assert!(common("a".repeat(128)));
        assert!(!common(format!("{plain}seven brave otters swim")));
        assert!(!common(format!("seven brave otters swim{plain}")));
    }
}
