//! Requests that wait at the same time ask Redis together: one question costs it and us as much as a dozen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Away, Revocations};
use crate::tokens::Claims;

/// One worker's questions.
pub struct Checks {
    revocations: Rc<Revocations>,
    waiting: RefCell<Vec<Waiting>>,
    asking: Cell<bool>,
}

/// Over when it is dropped, even by a panic: whoever comes next asks.
struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

struct Waiting {
    claims: Arc<Claims>,
    tell: oneshot::Sender<Result<bool, Away>>,
}

impl Checks {
    /// Over the worker's own connection to Redis.
    pub fn new(revocations: Rc<Revocations>) -> Rc<Self> {
        Rc::new(Self {
            revocations,
            waiting: RefCell::default(),
            asking: Cell::default(),
        })
    }

    /// Whether a token that is good by itself was revoked. Every request asks anew: a question that was sent before it
    /// came is not its own.
    ///
    /// # Errors
    /// When that cannot be said.
    pub async fn is_revoked(self: &Rc<Self>, claims: &Arc<Claims>) -> Result<bool, Away> {
        let (tell, told) = oneshot::channel();
        let claims = claims.clone();
        self.waiting.borrow_mut().push(Waiting { claims, tell });
        if !self.asking.replace(true) {
            // Not by whoever came first, who may go away while others wait.
            let checks = self.clone();
            actix_web::rt::spawn(async move { checks.ask().await });
        }
        told.await.unwrap_or(Err(Away::Unasked))
    }

    /// Until nobody waits.
    async fn ask(&self) {
        let _turn = Turn(&self.asking);
        loop {
            let together = std::mem::take(&mut *self.waiting.borrow_mut());
            if together.is_empty() {
                return;
            }
            let all = together.iter().map(|waiting| waiting.claims.as_ref());
            let mut answers = self.revocations.are_revoked(all).await.map(Vec::into_iter);
            for Waiting { tell, .. } in together {
                let answer = match &mut answers {
                    Ok(answers) => answers.next().ok_or(Away::Unasked),
                    Err(away) => Err(away.clone()),
                };
                // Whoever asked may be gone.
                let _ = tell.send(answer);
            }
        }
    }
}
