//! How many passwords a second this machine can verify when it does nothing else: the limit of any login.
//!
//! `argon2-alone [seconds]` prints the rate; one thread a core, the library and parameters of user-svc.

use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

const PASSWORD: &[u8] = b"seven brave otters";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).as_deref().unwrap_or("5").parse()?;
    let stored = Argon2::default().hash_password(PASSWORD)?.to_string();
    let cores = available_parallelism()?.get();
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let verified: u32 = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores)
            .map(|_| scope.spawn(|| verify_until(end, &stored)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    println!("{:.2}", f64::from(verified) / begun.elapsed().as_secs_f64());
    Ok(())
}

fn verify_until(end: Instant, stored: &str) -> u32 {
    let mut verified = 0;
    while Instant::now() < end {
        let matches = PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(PASSWORD, &hash).is_ok());
        verified += u32::from(matches);
    }
    verified
}
