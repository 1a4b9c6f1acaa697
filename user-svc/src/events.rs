//! Facts of this service as events.

use souk_contracts::events::{UserCreated, UserUpdated};

use crate::domain::User;

impl From<&User> for UserCreated {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id,
            is_active: user.is_active,
        }
    }
}

/// The event of a change of `fields`.
pub fn user_updated(user: &User, fields: &[&str]) -> UserUpdated {
    UserUpdated {
        user_id: user.id,
        is_active: user.is_active,
        is_verified: user.is_verified,
        role: user.role().as_str().to_owned(),
        changed: fields.iter().map(|field| (*field).to_owned()).collect(),
    }
}
