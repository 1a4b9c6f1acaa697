//! Query and path parameters.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::{Problem, methods, nul, reasons};

/// Typed and validated query parameters; what does not fit is answered 422.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<T>(pub T);

/// Typed path parameters; what does not fit names nothing, so it is answered 404.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T> Query<T> {
    /// The parameters themselves.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Path<T> {
    /// The parameters themselves.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(decode(request.query_string()).map(Query))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = web::Path::<T>::from_request(request, payload).into_inner();
        let clean = nul::refuse_in_url(request.uri().path());
        ready(match (found, clean) {
            (Ok(path), Ok(())) => Ok(Path(path.into_inner())),
            _ => Err(methods::unknown_path()),
        })
    }
}

/// The name and the value of a parameter, decoded.
pub type QueryPair = (String, String);

/// All query parameters of a request in order; for routes with parameters that have no fixed names.
///
/// # Errors
/// 422 for a NUL.
pub fn query_pairs(request: &HttpRequest) -> Result<Vec<QueryPair>, Problem> {
    let query = request.query_string();
    nul::refuse_in_url(query)?;
    Ok(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

/// Typed and validated parameters from some of the pairs of a request.
///
/// # Errors
/// 422 for what does not fit.
pub fn typed_query<T: DeserializeOwned + Validate>(pairs: &[QueryPair]) -> Result<T, Problem> {
    decode(
        &form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish(),
    )
}

fn decode<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Problem> {
    nul::refuse_in_url(query)?;
    let pairs = form_urlencoded::parse(query.as_bytes());
    let value: T = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
        .map_err(|error| reasons::from_serde(error.path(), &error.inner().to_string()))?;
    value.validate().map_err(|errors| reasons::from_rules(&errors))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate, PartialEq)]
    struct Filter {
        #[validate(length(max = 4))]
        q: Option<String>,
        days: Option<u16>,
        sort: Option<Sort>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum Sort {
        #[serde(rename = "price")]
        Price,
        #[serde(rename = "-price")]
        PriceDown,
    }

    #[test]
    fn parameters_take_their_types() {
        let filter: Filter = decode("q=a%20b&sort=-price&unknown=1").unwrap();

        assert_eq!(
            filter,
            Filter {
                q: Some("a b".into()),
                days: None,
                sort: Some(Sort::PriceDown)
            }
        );
    }

    #[test]
    fn what_does_not_fit_is_pointed_at_and_not_repeated() {
        for (query, pointer, code) in [
            ("days=hunter2", "/days", "wrong_format"),
            ("days=70000", "/days", "wrong_format"),
            ("sort=hunter2", "/sort", "unknown_value"),
            ("q=hunter2", "/q", "length"),
            ("q=a&q=b", "/q", "duplicate_field"),
        ] {
            let body = decode::<Filter>(query).unwrap_err().to_body();
            let error = body.errors.first().unwrap();
            assert_eq!(
                (body.status, error.pointer.as_str(), error.code.as_str()),
                (422, pointer, code)
            );
            assert!(!error.detail.contains("hunter2"));
        }
    }
}
