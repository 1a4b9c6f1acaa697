//! Who sends a request.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

use crate::revocation::Checks;
use crate::tokens::{Claims, Refused, Tokens};
use crate::{Error, Result};

/// The claims of the request's token; `None` when it has none.
///
/// A bad token is refused even where anybody may come, so that a client learns that it has to refresh.
///
/// # Errors
/// When there is a token and it is not good, or nobody can say whether it was revoked.
pub async fn authenticate(
    headers: &HeaderMap,
    tokens: &Tokens,
    checks: &Rc<Checks>,
) -> Result<Option<Arc<Claims>>> {
    let Some(token) = bearer(headers)? else {
        return Ok(None);
    };
    let claims = tokens.verify(token)?;
    if checks.is_revoked(&claims).await? {
        return Err(Error::Revoked);
    }
    Ok(Some(claims))
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut all = headers.get_all(AUTHORIZATION);
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| Refused::Invalid)?;
            let (scheme, token) = text.split_once(' ').ok_or(Refused::Invalid)?;
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(Some(token.trim()))
            } else {
                Err(Refused::Invalid)
            }
        }
        (Some(_), Some(_)) => Err(Refused::Invalid),
    }
}
