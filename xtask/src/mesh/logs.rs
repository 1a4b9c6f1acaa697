//! `cargo xtask logs`.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::instance::{Instance, Part};
use crate::process;
use crate::services::{SERVICES, by_name};

/// Print the end of one log, or of all, and go on with what comes if asked to.
pub fn logs(instance: &Instance, name: Option<&str>, lines: usize, follow: bool) -> Result<()> {
    let names = match name {
        Some(name) => vec![known(name)?],
        None => SERVICES.iter().map(|service| service.name).collect(),
    };
    let prefixed = names.len() > 1;
    let mut open = Vec::new();
    for name in names {
        let path = instance.log(name);
        if !path.exists() {
            if !prefixed {
                bail!("{name} has no log in {}", path.display());
            }
            continue;
        }
        for line in process::tail(&path, lines).lines() {
            print_line(prefixed, name, line.strip_prefix("  | ").unwrap_or(line));
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
fn go_on(open: &mut [(&'static str, BufReader<File>)], prefixed: bool) {
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

fn known(name: &str) -> Result<&'static str> {
    match Part::ALL.into_iter().find(|part| part.name() == name) {
        Some(part) => Ok(part.name()),
        None => Ok(by_name(name)?.name),
    }
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
