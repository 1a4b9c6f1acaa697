//! Error to problem: one exhaustive match.

use actix_web::ResponseError;
use actix_web::http::StatusCode;
use souk_http::Problem;
use souk_service::{database_problem, idempotency_problem};

use crate::Error;
use crate::domain::{
    AddressError, MailTokenError, PasswordError, PictureError, Purpose, RefreshError, StandingError,
};

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Password(refusal) => password("/password", *refusal),
            Error::NewPassword(refusal) => password("/new_password", *refusal),
            Error::WrongPassword(pointer) => Self::invalid().field(*pointer, "wrong", error.to_string()),
            Error::MailToken(refusal) => mail_token(*refusal),
            Error::AlreadyVerified => {
                Self::conflict("email-verified", "The e-mail address is verified").detail(error.to_string())
            }
            Error::Standing(refusal @ StandingError::LastOperator) => {
                Self::conflict("last-admin", "The last administrator stays one").detail(refusal.to_string())
            }
            Error::Standing(refusal @ StandingError::RoleFollowsShop) => {
                Self::conflict("role-follows-shop", "This role is not given by hand")
                    .detail(refusal.to_string())
                    .field("/role", "follows_shop", refusal.to_string())
            }
            Error::OperatorsOnly => Self::forbidden("admin-only", "Only an administrator may do this"),
            Error::Refresh(refusal @ RefreshError::Invalid) => invalid_refresh_token(refusal),
            Error::Refresh(refusal @ RefreshError::Reused { session_id }) => {
                invalid_refresh_token(refusal).with("ended_session", session_id)
            }
            Error::ErasureRefused(problem) => Self::relay((**problem).clone()),
            Error::Client(error) if error.is_unavailable() => Self::unavailable(error),
            Error::Client(error) => Self::internal(error),
            Error::Picture(refusal) => picture(*refusal),
            Error::PictureLost | Error::DecoderBusy | Error::Media(_) | Error::ExportSlow => {
                Self::unavailable(error)
            }
            Error::Address(refusal) => address(*refusal),
            Error::Email(refusal) => Self::invalid().field("/email", "email", refusal.to_string()),
            Error::EmailConflict => {
                Self::conflict("email-conflict", "Another account has the e-mail address")
                    .detail(error.to_string())
            }
            Error::EmailTaken => Self::conflict("email-taken", "The e-mail address is taken")
                .detail(error.to_string())
                .field("/email", "taken", error.to_string()),
            Error::InvalidCredentials => {
                Self::unauthorized("invalid-credentials", "Wrong e-mail address or password")
            }
            Error::NotFound => Self::not_found(),
            Error::Idempotency(error) => idempotency_problem(error),
            Error::Db(error) => database_problem(error),
            Error::Archive(_)
            | Error::Decoder(_)
            | Error::Task(_)
            | Error::Hash(_)
            | Error::Broken(_)
            | Error::Unversioned(_) => Self::internal(error),
        }
    }
}

fn picture(refusal: PictureError) -> Problem {
    let problem = match refusal {
        PictureError::Unknown => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
        ),
        PictureError::Broken => Problem::unprocessable("unreadable-image", "The image cannot be read"),
        PictureError::TooLarge => Problem::unprocessable("image-too-large", "The image has too many pixels"),
        PictureError::TooCostly => {
            Problem::unprocessable("image-too-costly", "The image takes too much to decode")
        }
    };
    problem.detail(refusal.to_string())
}

fn address(refusal: AddressError) -> Problem {
    match refusal {
        AddressError::PostalCode => {
            Problem::invalid().field("/postal_code", "postal_code", refusal.to_string())
        }
        AddressError::NoDefault => Problem::invalid().field("/is_default", "no_default", refusal.to_string()),
        AddressError::TooMany => {
            Problem::conflict("too-many-addresses", "The address book is full").detail(refusal.to_string())
        }
    }
}

fn password(pointer: &'static str, refusal: PasswordError) -> Problem {
    let code = match refusal {
        PasswordError::Length => "length",
        PasswordError::Common => "common",
    };
    Problem::invalid().field(pointer, code, refusal.to_string())
}

fn mail_token(refusal: MailTokenError) -> Problem {
    let slug = match refusal.0 {
        Purpose::ResetPassword => "invalid-reset-token",
        Purpose::VerifyEmail => "invalid-verification-token",
    };
    Problem::unprocessable(slug, "The link is not valid")
        .detail(refusal.to_string())
        .field("/token", "invalid", refusal.to_string())
}

fn invalid_refresh_token(refusal: &RefreshError) -> Problem {
    Problem::unauthorized("invalid-refresh-token", "The refresh token is not valid")
        .detail(refusal.to_string())
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        Problem::from(self).status()
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        Problem::from(self).error_response()
    }
}
