//! One operation: how it is called, and by whom it may be.

use reqwest::Method;

use super::access::Access;

/// What is over once somebody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    Nothing,
    /// The caller's session.
    Session,
    /// All of the caller's sessions.
    AllSessions,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Method and path as in the API document, and a query where it changes who may.
    pub name: &'static str,
    pub access: Access,
    /// The body, where the decision needs one. `<products>` stands for a product's id, and so on.
    pub body: Option<&'static str>,
    /// What has to be made anew once somebody was let in.
    pub spoils: &'static [&'static str],
    pub ends: Ends,
}

/// An operation that leaves everything as it was.
pub const fn op(name: &'static str, access: Access) -> Operation {
    Operation {
        name,
        access,
        body: None,
        spoils: &[],
        ends: Ends::Nothing,
    }
}

impl Operation {
    pub const fn sends(mut self, body: &'static str) -> Self {
        self.body = Some(body);
        self
    }

    pub const fn spoils(mut self, things: &'static [&'static str]) -> Self {
        self.spoils = things;
        self
    }

    pub const fn ends(mut self, what: Ends) -> Self {
        self.ends = what;
        self
    }

    /// As the API document has it.
    pub fn documented(&self) -> &'static str {
        self.name.split('?').next().unwrap_or(self.name)
    }

    pub fn method(&self) -> Method {
        let (method, _) = self.name.split_once(' ').unwrap();
        method.parse().unwrap()
    }

    /// What follows `/api/v1`, with names of parameters in braces.
    pub fn path(&self) -> &'static str {
        let (_, path) = self.name.split_once(' ').unwrap();
        path.strip_prefix("/api/v1").unwrap()
    }
}
