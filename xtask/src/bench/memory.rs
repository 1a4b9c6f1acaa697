//! How much memory a process holds.

use std::fs;

use anyhow::{Context, Result};

/// Resident memory in megabytes of a million bytes.
pub fn resident_mb(pid: i32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("Process {pid} is gone"))?;
    resident_kib(&status)
        .map(|kib| kib * 1024.0 / 1e6)
        .with_context(|| format!("Process {pid} does not say how much memory it holds"))
}

fn resident_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_resident_memory_is_read() {
        let status = "Name:\tgateway\nVmHWM:\t   20000 kB\nVmRSS:\t   12345 kB\nThreads:\t9\n";

        assert_eq!(resident_kib(status), Some(12_345.0));
        assert_eq!(resident_kib("Name:\tkthreadd\n"), None);
    }
}
