//! How much memory a process holds.

use std::fs;

use anyhow::{Context, Result};

/// Resident memory in megabytes of a million bytes.
pub fn resident_mb(pid: i32) -> Result<f64> {
    megabytes(pid, "VmRSS:")
}

/// The part of it that is no mapped file: the kernel cannot take it back when others need memory.
pub fn anonymous_mb(pid: i32) -> Result<f64> {
    megabytes(pid, "RssAnon:")
}

fn megabytes(pid: i32, line: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("Process {pid} is gone"))?;
    kib(&status, line)
        .map(|kib| kib * 1024.0 / 1e6)
        .with_context(|| format!("Process {pid} does not say how much memory it holds"))
}

fn kib(status: &str, line: &str) -> Option<f64> {
    let value = status.lines().find_map(|other| other.strip_prefix(line))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_resident_memory_is_read() {
        let status =
            "Name:\tgateway\nVmHWM:\t   20000 kB\nVmRSS:\t   12345 kB\nRssAnon:\t   2345 kB\nThreads:\t9\n";

        assert_eq!(kib(status, "VmRSS:"), Some(12_345.0));
        assert_eq!(kib(status, "RssAnon:"), Some(2_345.0));
        assert_eq!(kib("Name:\tkthreadd\n", "VmRSS:"), None);
    }
}
