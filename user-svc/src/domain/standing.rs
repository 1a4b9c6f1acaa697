//! What a user may do: the operators' part of an account.

use souk_auth::Role;
use souk_email::{EmailAddress, lookup_key};

use super::User;

/// A partial change: `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// New role.
    pub role: Option<Role>,
    /// Whether the user may log in.
    pub is_active: Option<bool>,
    /// Another e-mail address, which is to be verified.
    pub email: Option<EmailAddress>,
}

/// Which users a list is of.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// A part of the e-mail address, without regard to case.
    pub email: Option<String>,
    /// The role.
    pub role: Option<Role>,
    /// Whether the user may log in.
    pub is_active: Option<bool>,
    /// Whether another account keeps the same mailbox.
    pub conflict: Option<bool>,
}

/// Why an operator's change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// There would be no operator left.
    #[error("This is the last active operator: make another one first.")]
    LastOperator,
    /// Shop owners are not appointed.
    #[error("Whether a user is a customer or a shop owner follows from having an open shop.")]
    RoleFollowsShop,
}

impl User {
    /// Applies an operator's change and answers the names of the fields that differ now; empty when nothing does.
    ///
    /// # Errors
    /// [`StandingError`] says why not.
    pub fn administer(
        &mut self,
        change: Standing,
        is_last_operator: bool,
    ) -> Result<Vec<&'static str>, StandingError> {
        let is_active = change.is_active.unwrap_or(self.is_active);
        let is_admin = change.role.map_or(self.is_admin, |role| role == Role::Admin);
        if is_last_operator && !(is_active && is_admin) {
            return Err(StandingError::LastOperator);
        }
        let before = (self.role(), self.is_active);
        let mut after = Self {
            is_admin,
            is_active,
            ..self.clone()
        };
        if change.role.is_some_and(|role| role != after.role()) {
            return Err(StandingError::RoleFollowsShop);
        }
        let mut changed = Vec::new();
        if before.0 != after.role() {
            changed.push("role");
        }
        if before.1 != after.is_active {
            changed.push("is_active");
        }
        if let Some(email) = change.email.filter(|email| self.is_given_another(email)) {
            email.as_given().clone_into(&mut after.email);
            after.email_conflict = false;
            changed.push("email");
            if std::mem::take(&mut after.is_verified) {
                changed.push("is_verified");
            }
        }
        if !changed.is_empty() {
            *self = after;
            self.version += 1;
        }
        Ok(changed)
    }

    /// The same mailbox in another spelling is no other address, unless this account has none.
    fn is_given_another(&self, email: &EmailAddress) -> bool {
        self.email_conflict || lookup_key(&self.email) != email.canonical()
    }

    /// Notes that the e-mail address is the user's, and answers the names of the fields that differ now.
    pub fn verify(&mut self) -> Vec<&'static str> {
        if self.is_verified {
            return Vec::new();
        }
        self.is_verified = true;
        self.version += 1;
        vec!["is_verified"]
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn user(is_admin: bool, is_shop_owner: bool) -> User {
        User {
            id: Uuid::nil(),
            email: "a@example.org".into(),
            email_conflict: false,
            first_name: "Aygun".into(),
            last_name: "Aliyeva".into(),
            phone_number: None,
            avatar: None,
            is_admin,
            is_shop_owner,
            is_active: true,
            is_verified: false,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn role(role: Role) -> Standing {
        Standing {
            role: Some(role),
            ..Standing::default()
        }
    }

    const SHUT: Standing = Standing {
        role: None,
        is_active: Some(false),
        email: None,
    };

    fn address(email: &str) -> Standing {
        Standing {
            email: Some(EmailAddress::parse(email).unwrap()),
            ..Standing::default()
        }
    }

    #[test]
    fn a_change_names_what_differs_and_counts_up_once() {
        let mut user = user(false, false);
        let both = Standing {
            role: Some(Role::Admin),
            is_active: Some(false),
            email: None,
        };

        assert_eq!(
            user.administer(both.clone(), false),
            Ok(vec!["role", "is_active"])
        );
        assert_eq!(
            (user.role(), user.is_active, user.version),
            (Role::Admin, false, 2)
        );
        assert_eq!(user.administer(both, false), Ok(vec![]));
        assert_eq!(user.version, 2);
    }

    #[test]
    fn the_last_operator_stays_one() {
        let mut last = user(true, false);

        for change in [SHUT, role(Role::Customer)] {
            assert_eq!(last.administer(change, true), Err(StandingError::LastOperator));
        }
        assert_eq!(last.administer(role(Role::Admin), true), Ok(vec![]));
        assert_eq!(last.administer(SHUT, false), Ok(vec!["is_active"]));
    }

    #[test]
    fn nobody_is_made_a_shop_owner_or_stops_being_one_by_decree() {
        for (mut user, decree) in [
            (user(false, false), Role::ShopOwner),
            (user(false, true), Role::Customer),
            (user(true, true), Role::Customer),
        ] {
            assert_eq!(
                user.administer(role(decree), false),
                Err(StandingError::RoleFollowsShop)
            );
            assert_eq!(user.version, 1);
        }
        assert_eq!(
            user(true, true).administer(role(Role::ShopOwner), false),
            Ok(vec!["role"])
        );
    }

    #[test]
    fn another_address_is_not_verified_and_the_same_mailbox_is_no_other_address() {
        let mut user = User {
            is_verified: true,
            ..user(false, false)
        };

        assert_eq!(user.administer(address("A@EXAMPLE.org"), false), Ok(vec![]));
        assert_eq!(
            user.administer(address("b@example.org"), false),
            Ok(vec!["email", "is_verified"])
        );
        assert_eq!(
            (&*user.email, user.is_verified, user.version),
            ("b@example.org", false, 2)
        );
        user.email_conflict = true;
        assert_eq!(
            user.administer(address("b@example.org"), false),
            Ok(vec!["email"])
        );
        assert!(!user.email_conflict);
    }

    #[test]
    fn an_address_is_verified_once() {
        let mut user = user(false, false);

        assert_eq!(user.verify(), ["is_verified"]);
        assert!(user.verify().is_empty());
        assert_eq!(user.version, 2);
    }
}
