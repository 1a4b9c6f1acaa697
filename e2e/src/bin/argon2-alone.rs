//! How many passwords a second this machine can verify when it does nothing else: the limit of any login.
//!
//! `argon2-alone [seconds]` prints the rate; one thread a core, the library and parameters of user-svc, and like
//! there the memory is kept from one hash to the next.

use std::hint::black_box;
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use argon2::{Argon2, Block};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).as_deref().unwrap_or("5").parse()?;
    let cores = available_parallelism()?.get();
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let hashed: u32 = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(move || hash_until(end))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    println!("{:.2}", f64::from(hashed) / begun.elapsed().as_secs_f64());
    Ok(())
}

fn hash_until(end: Instant) -> u32 {
    let argon2 = Argon2::default();
    let mut blocks = vec![Block::default(); argon2.params().block_count()];
    let (mut hashed, mut output) = (0, [0; 32]);
    while Instant::now() < end {
        let done =
            argon2.hash_password_into_with_memory(b"seven brave otters", &[7; 16], &mut output, &mut blocks);
        black_box(output);
        hashed += u32::from(done.is_ok());
    }
    hashed
}
