//! The random secrets of an instance, made once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::files;
use crate::instance::Instance;

/// What `secrets.json` holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secrets {
    /// Tells these secrets from those of an instance that was deleted: its data cannot be opened any more.
    pub id: String,
    /// Password of the Postgres superuser.
    pub postgres: String,
    /// Passwords of the owner and the service roles, by role.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// Password of the RabbitMQ user.
    pub rabbitmq: String,
    /// The Erlang cookie.
    pub cookie: String,
    /// Password of Redis.
    pub redis: String,
    /// The mesh key, as services read it.
    pub mesh_keys: String,
    /// The keys of analytics-svc's pseudonyms.
    #[serde(default)]
    pub pseudonym_keys: String,
    /// Password of the first admin.
    pub admin: String,
}

impl Secrets {
    /// The secrets of this instance; missing ones are made.
    pub fn open(instance: &Instance, roles: &[String]) -> Result<Self> {
        let path = instance.dir.join("secrets.json");
        let known: Option<Secrets> = files::read_json(&path)?;
        let is_new = known.is_none();
        let mut secrets = match known {
            Some(secrets) => secrets,
            None => Self::random()?,
        };
        let missing: Vec<&String> = roles
            .iter()
            .filter(|role| !secrets.roles.contains_key(*role))
            .collect();
        let lacks_key = secrets.pseudonym_keys.is_empty();
        if is_new || lacks_key || !missing.is_empty() {
            if lacks_key {
                secrets.pseudonym_keys = STANDARD.encode(bytes(32)?);
            }
            for role in missing {
                secrets.roles.insert(role.clone(), hex(24)?);
            }
            files::write_json(&path, &secrets)?;
        }
        Ok(secrets)
    }

    /// The password of a database role.
    pub fn role(&self, role: &str) -> Result<&str> {
        self.roles
            .get(role)
            .map(String::as_str)
            .with_context(|| format!("No password was made for {role}"))
    }

    fn random() -> Result<Self> {
        Ok(Self {
            id: hex(8)?,
            postgres: hex(24)?,
            roles: BTreeMap::new(),
            rabbitmq: hex(24)?,
            cookie: hex(24)?,
            redis: hex(24)?,
            mesh_keys: format!("k1:{}", STANDARD.encode(bytes(32)?)),
            pseudonym_keys: String::new(),
            admin: hex(12)?,
        })
    }
}

fn bytes(count: usize) -> Result<Vec<u8>> {
    let mut buffer = vec![0; count];
    File::open("/dev/urandom")?
        .read_exact(&mut buffer)
        .context("The system gives no random bytes")?;
    Ok(buffer)
}

/// So many random bytes, as text.
pub fn hex(count: usize) -> Result<String> {
    Ok(bytes(count)?.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        let one = hex(24).unwrap();

        assert_eq!(one.len(), 48);
        assert_ne!(one, hex(24).unwrap());
    }

    #[test]
    fn what_an_older_file_lacks_is_made_once_and_the_rest_stays() {
        let dir = std::env::temp_dir().join(format!("souk-secrets-{}", std::process::id()));
        let instance = Instance {
            name: crate::instance::Name::Test,
            checkout: dir.clone(),
            dir: dir.clone(),
        };
        let first = Secrets::open(&instance, &[]).unwrap();
        let mut older: serde_json::Value = serde_json::to_value(&first).unwrap();
        older.as_object_mut().unwrap().remove("pseudonym_keys");
        files::write_json(&dir.join("secrets.json"), &older).unwrap();

        let opened = Secrets::open(&instance, &[]).unwrap();
        let again = Secrets::open(&instance, &[]).unwrap();

        std::fs::remove_dir_all(dir).unwrap();
        assert_eq!(STANDARD.decode(&opened.pseudonym_keys).unwrap().len(), 32);
        assert_eq!(
            (&opened.admin, opened.pseudonym_keys),
            (&first.admin, again.pseudonym_keys)
        );
    }
}
