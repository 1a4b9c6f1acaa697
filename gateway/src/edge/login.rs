//! The body of a login.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// E-mail address and password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginBody {
    /// Login name, without regard to case.
    #[validate(length(min = 1, max = 254))]
    #[schema(min_length = 1, max_length = 254, example = "aygun@example.org")]
    pub email: String,
    /// Password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "seven brave otters")]
    pub password: String,
}
