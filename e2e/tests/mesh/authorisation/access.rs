//! Who may call an operation, and what the others are told.

use crate::client::Answer;

/// Somebody at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// Without a token.
    Nobody,
    /// A customer to whom nothing of what is called on belongs.
    Customer,
    /// The customer whose order, cart, wish, address or session it is.
    Buyer,
    /// The owner of another approved shop.
    OtherOwner,
    /// The owner of the shop that it belongs to.
    Owner,
    /// An operator.
    Admin,
}

impl Caller {
    pub const ALL: [Self; 6] = [
        Self::Nobody,
        Self::Customer,
        Self::Buyer,
        Self::OtherOwner,
        Self::Owner,
        Self::Admin,
    ];

    /// As a column of the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Customer => "a customer",
            Self::Buyer => "its customer",
            Self::OtherOwner => "a shop owner",
            Self::Owner => "its shop owner",
            Self::Admin => "admin",
        }
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Let in. What the call says may still be refused.
    In,
    /// Refused with this status and slug.
    Out(u16, &'static str),
}

/// What becomes of everybody's call.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    nobody: Outcome,
    customer: Outcome,
    buyer: Outcome,
    other_owner: Outcome,
    owner: Outcome,
    admin: Outcome,
}

use Outcome::{In, Out};

const LOGIN: Outcome = Out(401, "authentication-required");
const NO_ADMIN: Outcome = Out(403, "admin-only");
/// There is none, or none that the caller may know of.
pub const HIDDEN: Outcome = Out(404, "not-found");
/// An owner of an approved shop buys nothing.
pub const NO_CART: Outcome = Out(403, "shop-owner-has-no-cart");

/// Anybody.
pub const PUBLIC: Access = Access {
    nobody: In,
    customer: In,
    buyer: In,
    other_owner: In,
    owner: In,
    admin: In,
};
/// Whoever is logged in; what is called on is the caller's own.
pub const USER: Access = Access {
    nobody: LOGIN,
    ..PUBLIC
};
/// Whoever is logged in and has no approved shop.
pub const CUSTOMER: Access = USER.owners(NO_CART, NO_CART);
/// Operators.
pub const ADMIN: Access = Access {
    admin: In,
    ..USER.all(NO_ADMIN)
};
/// The customer whose it is. Nobody else learns that it exists.
pub const ITS_CUSTOMER: Access = USER.all(HIDDEN).buyer(In);

/// The owner of the shop whose it is. It is public, so the others are told why not.
pub const fn its_shop(slug: &'static str) -> Access {
    USER.all(Out(403, slug)).owners(Out(403, slug), In)
}

impl Access {
    /// Everybody who is logged in.
    const fn all(self, outcome: Outcome) -> Self {
        let Self { nobody, .. } = self;
        Self {
            nobody,
            customer: outcome,
            buyer: outcome,
            other_owner: outcome,
            owner: outcome,
            admin: outcome,
        }
    }

    pub const fn buyer(mut self, outcome: Outcome) -> Self {
        self.buyer = outcome;
        self
    }

    pub const fn customers(mut self, outcome: Outcome) -> Self {
        self.customer = outcome;
        self.buyer = outcome;
        self
    }

    pub const fn owners(mut self, other: Outcome, its: Outcome) -> Self {
        self.other_owner = other;
        self.owner = its;
        self
    }

    pub const fn admin(mut self, outcome: Outcome) -> Self {
        self.admin = outcome;
        self
    }

    pub fn of(&self, caller: Caller) -> Outcome {
        match caller {
            Caller::Nobody => self.nobody,
            Caller::Customer => self.customer,
            Caller::Buyer => self.buyer,
            Caller::OtherOwner => self.other_owner,
            Caller::Owner => self.owner,
            Caller::Admin => self.admin,
        }
    }

    pub fn lets_in(&self, caller: Caller) -> bool {
        self.of(caller) == In
    }

    /// Whether the API document has to ask for a token.
    pub fn needs_token(&self) -> bool {
        !self.lets_in(Caller::Nobody)
    }
}

impl Outcome {
    /// Whether the answer is as it must be.
    pub fn check(self, answer: &Answer) -> Result<(), String> {
        let told = format!("{} {}", answer.status, answer.slug());
        match self {
            In if matches!(answer.status, 401 | 403 | 404 | 405 | 429 | 500..) => {
                Err(format!("is not let in: {told}"))
            }
            In => Ok(()),
            Out(status, slug) if (answer.status, answer.slug().as_str()) != (status, slug) => {
                Err(format!("is not refused with {status} {slug}: {told}"))
            }
            Out(401, _) if answer.header("www-authenticate").is_none() => {
                Err("is not told how to log in: there is no WWW-Authenticate".to_owned())
            }
            Out(..) => Ok(()),
        }
    }
}
