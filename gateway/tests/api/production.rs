//! A gateway in production does not start without secrets of its own.

use gateway::{App, Config};
use souk_env::{Mode, Secret};

use crate::app::{NOBODY, config};

/// 32 random bytes.
const KEY: &str = "k1:8pYb3lQ0v0m2s1q6vZyB0r7gKf4cV1wN9hJtXeUoDkM=";

fn refusal(change: impl FnOnce(&mut Config)) -> Option<String> {
    let mut config = config(NOBODY.to_owned());
    config.souk_env = Mode::Production;
    config.mesh_keys = Some(Secret::new(KEY));
    config.redis_url = Secret::new("redis://:pw@localhost");
    change(&mut config);
    let dir = config.signing_keys_dir.clone();
    let refused = config.check().err().map(|error| error.to_string());
    let refused = refused.or_else(|| App::new(config).err().map(|error| error.to_string()));
    assert!(
        !dir.exists() || dir == std::env::temp_dir(),
        "nothing was made silently"
    );
    refused
}

#[actix_web::test]
async fn it_wants_a_password_for_redis() {
    assert_eq!(
        refusal(|config| config.redis_url = Secret::new("redis://localhost:6379")).as_deref(),
        Some("SOUK_ENV is production, and REDIS_URL holds no password.")
    );
}

#[actix_web::test]
async fn it_wants_mesh_keys_that_nobody_can_guess() {
    let with =
        |keys: Option<&str>| refusal(|config| config.mesh_keys = keys.map(Secret::new)).expect("a refusal");

    assert_eq!(with(None), "Neither MESH_KEYS_FILE nor MESH_KEYS is set.");
    assert_eq!(
        with(Some("k1:dG9vIHNob3J0")),
        "MESH_KEYS cannot be used: the secret of entry 1 is shorter than 32 bytes."
    );
    assert!(
        with(Some("test:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz")).starts_with(
            "MESH_KEYS cannot be used: SOUK_ENV is production, and the secret of entry 1 is a text"
        )
    );
}

#[actix_web::test]
async fn it_makes_no_signing_key_silently() {
    let sentence = "SOUK_ENV is production, and SIGNING_KEYS_DIR holds no signing key: `gateway keys rotate` makes \
        the first one.";

    assert_eq!(refusal(|_| {}).as_deref(), Some(sentence));
}
