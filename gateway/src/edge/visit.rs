//! What the edge knows of a request, for whoever handles it.

use std::net::IpAddr;

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use souk_http::Logged;

use crate::limits::{Rule, Standing};
use crate::tokens::Claims;
use crate::{Result, Worker};

/// Lies in the request's extensions.
#[derive(Debug)]
pub struct Visit {
    /// The client's address.
    pub address: IpAddr,
    /// How the client spoke to us or to the proxy in front.
    pub scheme: &'static str,
    /// How it stands with the limit that it meets first.
    pub standing: Option<Standing>,
}

/// Somebody is known now: the log line tells of it, and the request counts as the user's.
///
/// # Errors
/// When the user has sent too many.
pub fn known(request: &HttpRequest, worker: &Data<Worker>, path: &str, claims: &Claims) -> Result<()> {
    let mut extensions = request.extensions_mut();
    if let Some(logged) = extensions.get_mut::<Logged>() {
        logged.user = Some(claims.sub);
    }
    let method: &Method = request.method();
    let Rule::Counted(rule) = worker.quotas.rules().of(method, path) else {
        return Ok(());
    };
    let standing = worker.quotas.count_user(rule, claims.sub);
    if let Some(visit) = extensions.get_mut::<Visit>() {
        visit.met(match &standing {
            Ok(standing) => standing.clone(),
            Err(stopped) => stopped.standing().cloned(),
        });
    }
    standing?;
    Ok(())
}

impl Visit {
    /// Keeps the tighter of two standings.
    pub fn met(&mut self, standing: Option<Standing>) {
        if let Some(standing) = standing {
            self.standing = Some(standing.tighter(self.standing.take()));
        }
    }
}
