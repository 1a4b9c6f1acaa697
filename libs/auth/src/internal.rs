//! Which members of the mesh may call which internal routes.

use actix_router::ResourceDef;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use souk_http::Problem;

use crate::members::{GATEWAY, GATEWAY_ITSELF};

const PREFIX: &str = "/internal";

/// A route under `/internal`, and the members of the mesh that may call it.
#[derive(Clone, Copy, Debug)]
pub struct InternalRoute {
    /// Its HTTP method; `HEAD` counts as `GET`.
    pub method: &'static str,
    /// Its path, with `{}` around what varies.
    pub path: &'static str,
    /// Who may call it, by the names of [`crate::members`].
    pub callers: &'static [&'static str],
}

impl InternalRoute {
    /// A `GET` route.
    pub const fn get(path: &'static str, callers: &'static [&'static str]) -> Self {
        Self::new("GET", path, callers)
    }

    /// A `POST` route.
    pub const fn post(path: &'static str, callers: &'static [&'static str]) -> Self {
        Self::new("POST", path, callers)
    }

    /// A `PUT` route.
    pub const fn put(path: &'static str, callers: &'static [&'static str]) -> Self {
        Self::new("PUT", path, callers)
    }

    /// A `DELETE` route.
    pub const fn delete(path: &'static str, callers: &'static [&'static str]) -> Self {
        Self::new("DELETE", path, callers)
    }

    const fn new(method: &'static str, path: &'static str, callers: &'static [&'static str]) -> Self {
        Self {
            method,
            path,
            callers,
        }
    }
}

/// The internal routes of a service, ready to be looked up.
pub(crate) struct AllowList(Vec<(ResourceDef, InternalRoute)>);

impl AllowList {
    pub fn new(routes: impl IntoIterator<Item = InternalRoute>) -> Self {
        let compiled = routes
            .into_iter()
            .map(|route| (ResourceDef::new(route.path), route));
        Self(compiled.collect())
    }

    /// Refuses every caller that the tables do not name. Only the gateway calls what is not internal, and only the
    /// gateway knows for which user.
    pub fn check(&self, request: &ServiceRequest, peer: &str, has_user: bool) -> Result<(), Problem> {
        // Not `request.path()`: the router matches the decoded path, so `/%69nternal` is internal too.
        let path = request.match_info().as_str();
        let is_gateway = peer == GATEWAY || peer == GATEWAY_ITSELF;
        let is_allowed = if is_internal(path) {
            self.lists(request.method(), path, peer) && (is_gateway || !has_user)
        } else {
            is_gateway
        };
        if is_allowed {
            return Ok(());
        }
        tracing::warn!(
            mesh.caller = peer,
            has_user,
            "Mesh gate: the caller may not call this route, refused"
        );
        Err(Problem::forbidden(
            "mesh-only",
            "This member of the mesh may not call this",
        ))
    }

    /// Whether every entry that fits names the caller, and there is one: where two fit, the router takes one of them.
    fn lists(&self, method: &Method, path: &str, peer: &str) -> bool {
        let method = if *method == Method::HEAD {
            Method::GET.as_str()
        } else {
            method.as_str()
        };
        let mut fitting = self
            .0
            .iter()
            .filter(|(pattern, route)| route.method == method && pattern.is_match(path))
            .peekable();
        fitting.peek().is_some() && fitting.all(|(_, route)| route.callers.contains(&peer))
    }
}

fn is_internal(path: &str) -> bool {
    path.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
