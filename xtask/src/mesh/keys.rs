//! The keys of an instance. The gateway's own commands look after them: here is only where they lie.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::record::Record;
use crate::cli::KeysCommand;
use crate::files;
use crate::instance::Instance;
use crate::replicas::Replica;
use crate::secrets::Secrets;
use crate::services::by_name;

/// The file of mesh keys, which all services read again when it changes.
pub fn path(instance: &Instance) -> PathBuf {
    instance.dir.join("mesh-keys").join("keys")
}

/// Write the file, unless there is one: it begins with the key that was made with the other secrets.
pub fn begin(instance: &Instance, secrets: &Secrets) -> Result<()> {
    let path = path(instance);
    if path.exists() {
        return Ok(());
    }
    files::write_private(&path, &format!("{}\n", secrets.mesh_keys.replace(',', "\n")))
}

/// Show or rotate keys, as the gateway of this instance would.
pub fn run(instance: &Instance, command: &KeysCommand) -> Result<()> {
    let gateway = Replica::first(by_name("gateway")?);
    let record = Record::read(instance, gateway)?.with_context(|| {
        format!(
            "The gateway was never started in the {} instance: run `cargo xtask up`",
            instance.label()
        )
    })?;
    let status = Command::new(&record.binary)
        .arg("keys")
        .args(arguments(command))
        .env_clear()
        .envs(&record.env)
        .current_dir(&instance.dir)
        .status()
        .with_context(|| format!("Cannot start {}", record.binary.display()))?;
    if !status.success() {
        bail!("gateway keys failed");
    }
    Ok(())
}

fn arguments(command: &KeysCommand) -> Vec<String> {
    match command {
        KeysCommand::List => vec!["list".to_owned()],
        KeysCommand::Rotate {
            only,
            after,
            if_older_than,
        } => {
            let mut arguments = vec!["rotate".to_owned()];
            let mut option = |name: &str, value: Option<String>| {
                arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
            };
            option("--only", only.map(|kind| kind.name().to_owned()));
            option("--after", after.map(|seconds| seconds.to_string()));
            option("--if-older-than", if_older_than.map(|days| days.to_string()));
            arguments
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::KeyKind;
    use crate::instance::Name;

    #[test]
    fn the_file_begins_once() {
        let dir = std::env::temp_dir().join(format!("souk-xtask-keys-{}", std::process::id()));
        let instance = Instance {
            name: Name::Test,
            checkout: dir.clone(),
            dir: dir.clone(),
        };
        let secrets = Secrets::open(&instance, &[]).unwrap();

        begin(&instance, &secrets).unwrap();
        let begun = fs::read_to_string(path(&instance)).unwrap();
        fs::write(path(&instance), "rotated\n").unwrap();
        begin(&instance, &secrets).unwrap();

        assert_eq!(begun, format!("{}\n", secrets.mesh_keys));
        assert_eq!(fs::read_to_string(path(&instance)).unwrap(), "rotated\n");
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn what_is_not_said_is_left_to_the_gateway() {
        let rotate = |only, after| KeysCommand::Rotate {
            only,
            after,
            if_older_than: None,
        };

        assert_eq!(arguments(&KeysCommand::List), ["list"]);
        assert_eq!(arguments(&rotate(None, None)), ["rotate"]);
        assert_eq!(
            arguments(&rotate(Some(KeyKind::Mesh), Some(4))),
            ["rotate", "--only", "mesh", "--after", "4"]
        );
    }
}
