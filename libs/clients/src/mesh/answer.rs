//! What came back, and what did not.

use std::fmt::Display;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use souk_http::ProblemBody;

use super::ClientError;
use super::addresses::Address;

/// The body of an answer, or why there is none.
pub(super) async fn read<T: DeserializeOwned>(
    address: &Address,
    response: Response,
) -> Result<T, ClientError> {
    let status = response.status();
    if !status.is_success() {
        return Err(refused(address, status, response).await);
    }
    let bytes = response
        .bytes()
        .await
        .map_err(|error| unavailable(address, &error))?;
    // 204 has no body, and `()` reads from null.
    let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
    serde_json::from_slice(text).map_err(|error| unexpected(address.as_str(), error))
}

async fn refused(address: &Address, status: StatusCode, response: Response) -> ClientError {
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let body = response.bytes().await.unwrap_or_default();
    let problem = serde_json::from_slice::<ProblemBody>(&body)
        .ok()
        .map(|mut problem| {
            if let Some(seconds) = retry_after {
                problem
                    .more
                    .entry("retry_after")
                    .or_insert_with(|| seconds.into());
            }
            problem
        });
    match (status, problem) {
        // The same whether the service said so itself or something in between did.
        (
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT,
            problem,
        ) => {
            let reason = problem.map_or_else(|| status.to_string(), |problem| problem.slug().to_owned());
            ClientError::Unavailable {
                service: address.as_str().to_owned(),
                reason,
            }
        }
        (status, Some(problem)) if status.is_client_error() => ClientError::Refused(Box::new(problem)),
        (status, _) => unexpected(address.as_str(), status),
    }
}

/// The call did not get through, or not in time.
pub(super) fn unavailable(address: &Address, error: &reqwest::Error) -> ClientError {
    let reason = if error.is_timeout() {
        "it took too long".to_owned()
    } else {
        chain(error)
    };
    ClientError::Unavailable {
        service: address.as_str().to_owned(),
        reason,
    }
}

/// A bug on one side.
pub(super) fn unexpected(service: &str, reason: impl Display) -> ClientError {
    ClientError::Unexpected {
        service: service.to_owned(),
        reason: reason.to_string(),
    }
}

/// reqwest's own message stops before the cause.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source())
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}
