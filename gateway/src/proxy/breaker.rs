//! Whether an address is worth asking.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// After so many failures in a row an address rests.
const FAILURES: u32 = 5;
/// How long it rests first; each failed trial doubles it.
const REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(8);

/// What the workers know of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers.
    Healthy,
    /// It refuses connections: others go first, but asking it costs no time.
    Refusing,
    /// It failed, and may be asked once to see whether it is well again.
    OnTrial,
    /// It failed lately, or its trial runs: nobody asks it for this long.
    Resting(Duration),
}

/// A circuit breaker, shared by all workers. While all is well they only read one flag.
#[derive(Debug, Default)]
pub struct Breaker {
    troubled: AtomicBool,
    trouble: Mutex<Trouble>,
}

#[derive(Debug, Default)]
struct Trouble {
    state: State,
    /// Failures in a row.
    failures: u32,
    /// Rests in a row.
    rests: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Refusing,
    Open(Instant),
    HalfOpen,
    Trial,
}

impl Breaker {
    /// How the address stands at time `now`.
    pub fn standing(&self, now: Instant) -> Standing {
        if !self.troubled.load(Ordering::Relaxed) {
            return Standing::Healthy;
        }
        match self.trouble().state {
            State::Closed => Standing::Healthy,
            State::Refusing => Standing::Refusing,
            State::HalfOpen => Standing::OnTrial,
            State::Open(until) if until <= now => Standing::OnTrial,
            State::Open(until) => Standing::Resting(until - now),
            State::Trial => Standing::Resting(REST),
        }
    }

    /// Takes the one trial that an address has when its rest is over; false when somebody else was first.
    pub fn begin_trial(&self, now: Instant) -> bool {
        let mut trouble = self.trouble();
        let free = match trouble.state {
            State::HalfOpen => true,
            State::Open(until) => until <= now,
            State::Closed | State::Refusing | State::Trial => false,
        };
        if free {
            trouble.state = State::Trial;
        }
        free
    }

    /// The trial ended without telling anything: the client went away.
    pub fn end_trial(&self) {
        let mut trouble = self.trouble();
        if trouble.state == State::Trial {
            trouble.state = State::HalfOpen;
        }
    }

    /// It answered; true when that is news.
    pub fn succeeded(&self) -> bool {
        if !self.troubled.load(Ordering::Relaxed) {
            return false;
        }
        let mut trouble = self.trouble();
        // An answer that was asked for before the address failed says nothing about now.
        if matches!(trouble.state, State::Open(_)) {
            return false;
        }
        let was_out = trouble.state != State::Closed;
        *trouble = Trouble::default();
        self.troubled.store(false, Ordering::Relaxed);
        was_out
    }

    /// It broke off, or took too long; true when it rests from now on.
    pub fn failed(&self, now: Instant) -> bool {
        let mut trouble = self.trouble();
        self.troubled.store(true, Ordering::Relaxed);
        trouble.failures = trouble.failures.saturating_add(1);
        let enough = trouble.state == State::Trial || trouble.failures >= FAILURES;
        enough && trouble.rest(now)
    }

    /// Nobody answers there at all: even trying takes time. True when it rests from now on.
    pub fn lost(&self, now: Instant) -> bool {
        let mut trouble = self.trouble();
        self.troubled.store(true, Ordering::Relaxed);
        trouble.rest(now)
    }

    /// It refused the connection; true when that is news.
    pub fn refused(&self) -> bool {
        let mut trouble = self.trouble();
        self.troubled.store(true, Ordering::Relaxed);
        std::mem::replace(&mut trouble.state, State::Refusing) != State::Refusing
    }

    /// It says that it is ready: the next request may try. True when that is news.
    pub fn is_ready(&self) -> bool {
        let mut trouble = self.trouble();
        let out = matches!(trouble.state, State::Open(_) | State::Refusing);
        if out {
            trouble.state = State::HalfOpen;
        }
        out
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trouble {
    fn rest(&mut self, now: Instant) -> bool {
        // What was under way when it opened fails too, and makes the rest no longer.
        if matches!(self.state, State::Open(until) if until > now) {
            return false;
        }
        let rest = REST.saturating_mul(1 << self.rests.min(3)).min(LONGEST_REST);
        self.rests = self.rests.saturating_add(1);
        self.state = State::Open(now + rest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breaker.failed(now);
            }
            assert_eq!(breaker.standing(now), Standing::Healthy);
            breaker.succeeded();
        }

        assert_eq!(opened(now).standing(now), Standing::Resting(REST));
    }

    #[test]
    fn after_its_rest_one_request_tries() {
        let now = Instant::now();
        let (breaker, later) = (opened(now), now + REST);

        assert!(!breaker.begin_trial(now));
        assert_eq!(breaker.standing(later), Standing::OnTrial);
        assert!(breaker.begin_trial(later) && !breaker.begin_trial(later));
        assert!(matches!(breaker.standing(later), Standing::Resting(_)));

        breaker.succeeded();
        assert_eq!(breaker.standing(later), Standing::Healthy);
    }

    #[test]
    fn each_failed_trial_doubles_the_rest_up_to_a_limit() {
        let mut now = Instant::now();
        let breaker = opened(now);
        for seconds in [1, 2, 4, 8, 8] {
            let rest = Duration::from_secs(seconds);
            assert_eq!(breaker.standing(now), Standing::Resting(rest));
            now += rest;
            assert!(breaker.begin_trial(now));
            breaker.failed(now);
        }
    }

    #[test]
    fn a_trial_that_nobody_waited_for_is_given_back() {
        let now = Instant::now();
        let breaker = opened(now);
        assert!(breaker.begin_trial(now + REST));

        breaker.end_trial();

        assert_eq!(breaker.standing(now), Standing::OnTrial);
    }

    #[test]
    fn an_answer_asked_for_earlier_does_not_end_the_rest() {
        let now = Instant::now();
        let breaker = opened(now);

        breaker.succeeded();
        breaker.failed(now);

        assert_eq!(breaker.standing(now), Standing::Resting(REST));
    }

    #[test]
    fn one_that_refuses_is_back_as_soon_as_it_answers_or_is_ready() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        breaker.refused();
        assert_eq!(breaker.standing(now), Standing::Refusing);
        breaker.succeeded();
        assert_eq!(breaker.standing(now), Standing::Healthy);

        breaker.refused();
        breaker.is_ready();
        assert!(breaker.begin_trial(now));
        breaker.lost(now);
        assert_eq!(breaker.standing(now), Standing::Resting(REST));
        breaker.is_ready();
        assert_eq!(breaker.standing(now), Standing::OnTrial);
    }
}
