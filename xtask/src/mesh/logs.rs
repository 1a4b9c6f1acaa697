//! `cargo xtask logs`.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::record;
use crate::instance::{Instance, Part};
use crate::replicas::{Replica, chosen};
use crate::{process, traefik};

/// Print the end of one log, or of all, and go on with what comes if asked to.
pub fn logs(instance: &Instance, name: Option<&str>, lines: usize, follow: bool) -> Result<()> {
    let names = names(instance, name)?;
    let prefixed = names.len() > 1;
    let mut open = Vec::new();
    for name in names {
        let path = instance.log(&name);
        if !path.exists() {
            if !prefixed {
                bail!("{name} has no log in {}", path.display());
            }
            continue;
        }
        for line in process::tail(&path, lines).lines() {
            print_line(prefixed, &name, line.strip_prefix("  | ").unwrap_or(line));
        }
        if follow {
            open.push((name, at_end(path)?));
        }
    }
    if follow {
        go_on(&mut open, prefixed);
    }
    Ok(())
}

/// Until the process is interrupted.
fn go_on(open: &mut [(String, BufReader<File>)], prefixed: bool) {
    loop {
        for (name, reader) in &mut *open {
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap_or(0) > 0 {
                print_line(prefixed, name, line.trim_end());
                line.clear();
            }
        }
        sleep(Duration::from_millis(200));
    }
}

fn names(instance: &Instance, name: Option<&str>) -> Result<Vec<String>> {
    let known = record::known(instance);
    let replicas = match name {
        Some(name) if Part::ALL.iter().any(|part| part.name() == name) || name == traefik::ACCESS_LOG => {
            return Ok(vec![name.to_owned()]);
        }
        Some(name) => chosen(&known, name)?,
        None => known,
    };
    Ok(replicas.into_iter().map(Replica::name).collect())
}

fn at_end(path: PathBuf) -> Result<BufReader<File>> {
    let mut file = File::open(&path).with_context(|| format!("Cannot read {}", path.display()))?;
    file.seek(SeekFrom::End(0))?;
    Ok(BufReader::new(file))
}

fn print_line(prefixed: bool, name: &str, line: &str) {
    if prefixed {
        println!("{name:<13} {line}");
    } else {
        println!("{line}");
    }
}
