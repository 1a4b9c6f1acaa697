//! What a handler may ask about the caller.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use souk_http::Problem;
use uuid::Uuid;

use crate::gate::Identity;
use crate::{GATEWAY, Role};

/// The logged-in user; 401 when there is none. `Option<Caller>` where anybody may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub user_id: Uuid,
    /// The role in the user's token; who may change a thing is decided by rows, not by this.
    pub role: Role,
    /// The session the token belongs to.
    pub session_id: Option<Uuid>,
}

impl Caller {
    /// Whether this is an operator.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// An operator; 401 for nobody, 403 for anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admin(pub Caller);

/// Another service, for `/internal` routes; 403 for what the gateway forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name of the service that asks.
    pub service: String,
}

/// Who is looking, logged in or not, for counting views; an opaque text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor(pub Option<String>);

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request))
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| {
            if caller.is_admin() {
                Ok(Self(caller))
            } else {
                Err(Problem::forbidden(
                    "admin-only",
                    "Only an administrator may do this",
                ))
            }
        }))
    }
}

impl FromRequest for Peer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let peer = look(request, |identity| identity.peer.clone());
        ready(match peer {
            Some(service) if service != GATEWAY => Ok(Self { service }),
            _ => Err(Problem::forbidden("mesh-only", "Only services may ask this")),
        })
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(
            look(request, |identity| identity.visitor.clone()).flatten(),
        )))
    }
}

fn look<T>(request: &HttpRequest, what: impl FnOnce(&Identity) -> T) -> Option<T> {
    request.extensions().get::<Identity>().map(what)
}

fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    look(request, |identity| identity.caller)
        .flatten()
        .ok_or_else(|| Problem::unauthorized("authentication-required", "Log in first"))
}
