//! A request whose client leaves while it is being handled.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use actix_web::ResponseError;
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use souk_http::{Around, Problem};

use crate::Response;

const DROPPED: &str = "dropped-by-test";
/// More await points than any handler has: one that is never done is stuck.
const MOST: usize = 2_000;

/// Drops the handlers of a server at an await point of the test's choice.
#[derive(Clone)]
pub(crate) struct Interruptions(Arc<AtomicUsize>);

impl Interruptions {
    pub fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(usize::MAX)))
    }

    /// What stands around the requests of the server: after so many polls it drops the handler, as the server does when the
    /// client has left, and tells the test.
    pub fn around(&self) -> Around {
        let polls = self.0.clone();
        Around::new(move |request, next| {
            let mut left = polls.load(Ordering::SeqCst);
            Box::pin(async move {
                let mut handler = Some(Box::pin(next.call(request)));
                let handled = poll_fn(|cx| {
                    if let (1.., Some(handler)) = (left, &mut handler) {
                        left -= 1;
                        if let Poll::Ready(response) = handler.as_mut().poll(cx) {
                            return Poll::Ready(Some(response));
                        }
                    }
                    if left == 0 {
                        handler = None;
                        return Poll::Ready(None);
                    }
                    Poll::Pending
                });
                handled.await.unwrap_or_else(|| Err(dropped()))
            })
        })
    }

    fn after(&self, polls: usize) {
        self.0.store(polls, Ordering::SeqCst);
    }
}

fn dropped() -> actix_web::Error {
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, DROPPED, "Dropped");
    let response = problem.error_response();
    InternalError::from_response(problem, response).into()
}

/// How far a request comes before its handler is dropped.
pub struct Interruption<'a> {
    interruptions: &'a Interruptions,
    polls: usize,
}

impl Interruption<'_> {
    /// Makes the request whose handler is dropped; nothing when it was, else the answer.
    pub async fn of(&self, request: impl Future<Output = Response>) -> Option<Response> {
        self.interruptions.after(self.polls);
        let response = request.await;
        self.interruptions.after(usize::MAX);
        (response.slug() != DROPPED).then_some(response)
    }
}

/// Runs `scenario` with a handler that is dropped before its first poll, after one poll, after two, and so on, until it
/// is answered. A scenario makes one request through its [`Interruption`], looks at what is left, and answers what
/// became of the request.
///
/// # Panics
/// When the handler never comes to its end.
pub(crate) async fn at_every_await(
    interruptions: &Interruptions,
    mut scenario: impl AsyncFnMut(Interruption<'_>) -> Option<Response>,
) -> Response {
    for polls in 0..MOST {
        let interruption = Interruption { interruptions, polls };
        if let Some(response) = scenario(interruption).await {
            // One that never waits is not interrupted at all.
            assert!(polls > 1, "the request did not wait for anything: {response:?}");
            return response;
        }
    }
    panic!("the request was not answered after {MOST} polls");
}
