//! The logged-in user of the gateway's own operations.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use souk_auth::{Caller, Role};

use crate::edge;
use crate::flows::authenticate;
use crate::proxy::normalise;
use crate::tokens::Claims;
use crate::{AppState, Error, Result, Worker};

/// The claims of a good token that was not revoked; 401 without one.
pub struct Session(pub(crate) Arc<Claims>);

impl FromRequest for Session {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (Some(state), Some(worker)) = (
                request.app_data::<Data<AppState>>(),
                request.app_data::<Data<Worker>>(),
            ) else {
                return Err(Error::LoginRequired);
            };
            let claims = authenticate(request.headers(), &state.tokens, &worker.checks).await?;
            let claims = claims.ok_or(Error::LoginRequired)?;
            edge::known(&request, worker, &normalise(request.path())?, &claims)?;
            Ok(Self(claims))
        })
    }
}

/// A logged-in operator; 401 for nobody, 403 for anybody else.
pub struct Operator(pub(crate) Caller);

impl FromRequest for Operator {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        Box::pin(async move {
            let Session(claims) = session.await?;
            if claims.role != Role::Admin {
                return Err(Error::AdminOnly);
            }
            Ok(Self(Caller {
                user_id: claims.sub,
                role: claims.role,
                session_id: Some(claims.sid),
            }))
        })
    }
}
