//! How much processor time processes have used, from `/proc`: it tells more than the clock on a busy machine.

use std::fs;

use rustix::param::clock_ticks_per_second;

use crate::process::{parent, pids};

/// Processor time of these processes so far, in microseconds.
pub fn micros(pids: &[i32]) -> f64 {
    let ticks: u32 = pids
        .iter()
        .filter_map(|pid| ticks(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?))
        .sum();
    let per_second = u32::try_from(clock_ticks_per_second()).map_or(100.0, f64::from);
    f64::from(ticks) * 1e6 / per_second
}

/// A process and its children.
pub fn family(root: i32) -> Vec<i32> {
    let mut family = vec![root];
    family.extend(pids().into_iter().filter(|pid| parent(*pid) == Some(root)));
    family
}

/// Ticks in user and kernel mode, which stand after the name in parentheses.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut times = rest.split(' ').skip(11);
    let mut next = || times.next()?.parse::<u32>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_kernel_time_are_added() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 9 20 0 4 0 100 0 0";

        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("42 (x) S 1"), None);
    }

    #[test]
    fn a_family_begins_with_its_root() {
        let own = i32::try_from(std::process::id()).unwrap();

        assert_eq!(family(own).first(), Some(&own));
        assert!(micros(&[]) == 0.0);
    }
}
