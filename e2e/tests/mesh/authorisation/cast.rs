//! Those who call, and what they call on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Caller;
use super::operation::{Ends, Operation};
use super::props;
use crate::bodies::Tokens;
use crate::client::{Answer, Client};
use crate::eventually::becomes;
use crate::market::Stall;
use crate::mesh::Mesh;
use crate::people::{PASSWORD, key, word};

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Login {
    pub email: String,
    pub password: String,
    pub tokens: Tokens,
    pub client: Client,
}

/// One person of each kind, and the things of two of them.
pub struct Cast<'a> {
    pub mesh: &'a Mesh,
    pub people: BTreeMap<Caller, Login>,
    /// The shop of [`Caller::Owner`].
    pub stall: Stall,
    /// What was made so far, by the path under which it stands.
    things: BTreeMap<String, String>,
}

impl<'a> Cast<'a> {
    pub async fn assemble(mesh: &'a Mesh) -> Self {
        let (customer, buyer, other, stall) =
            tokio::join!(customer(mesh), customer(mesh), stall(mesh), stall(mesh));
        let people = BTreeMap::from([
            (Caller::Customer, customer),
            (Caller::Buyer, buyer),
            (Caller::OtherOwner, owner_of(&other)),
            (Caller::Owner, owner_of(&stall)),
            (Caller::Admin, operator(mesh).await),
        ]);
        Self {
            mesh,
            people,
            stall,
            things: BTreeMap::new(),
        }
    }

    /// Makes what an operation is called on.
    pub async fn prepare(&mut self, operation: &Operation) {
        let login = self.login(Caller::Nobody).clone();
        let path = self.path(operation.path()).await;
        for text in [&path, operation.body.unwrap_or_default()] {
            self.filled(text, &login).await;
        }
    }

    /// Calls an operation, on things that are there.
    pub async fn call(&mut self, operation: &Operation, caller: Caller) -> Answer {
        let let_in = operation.access.lets_in(caller);
        let login = match operation.ends {
            Ends::Session if let_in => self.another_session(caller).await,
            _ => self.login(caller).clone(),
        };
        let path = self.path(operation.path()).await;
        let path = self.filled(&path, &login).await;
        let body = match operation.body {
            Some(body) => Some(serde_json::from_str::<Value>(&self.filled(body, &login).await).unwrap()),
            None => None,
        };
        let client = match caller {
            Caller::Nobody => self.mesh.anybody(),
            _ => login.client,
        };
        // Where it is required, nobody gets further without one.
        let client = client.with("idempotency-key", &key());
        let answer = client.send(operation.method(), &path, body).await;
        if let_in && operation.ends == Ends::AllSessions {
            self.log_in_again(caller).await;
        }
        if let_in {
            for thing in operation.spoils {
                self.forget(thing).await;
            }
        }
        answer
    }

    /// Whoever that is; nobody uses what is a customer's.
    fn login(&self, caller: Caller) -> &Login {
        match caller {
            Caller::Nobody => &self.people[&Caller::Customer],
            _ => &self.people[&caller],
        }
    }

    async fn another_session(&self, caller: Caller) -> Login {
        let Login { email, password, .. } = self.login(caller);
        log_in(self.mesh, email, password).await
    }

    async fn log_in_again(&mut self, caller: Caller) {
        let login = self.another_session(caller).await;
        if caller == Caller::Owner {
            self.stall.owner.tokens = login.tokens.clone();
            self.stall.owner.client = login.client.clone();
        }
        self.people.insert(caller, login);
    }

    /// A path of the document with the ids of things in it: `/products/{..}` is a product, and so on.
    async fn path(&mut self, documented: &str) -> String {
        let (mut path, mut kind) = (String::new(), String::new());
        for segment in documented.split('/').skip(1) {
            if segment.starts_with('{') {
                let query = segment.split_once('?').map(|(_, query)| format!("?{query}"));
                let thing = self.thing(kind.trim_matches('/')).await;
                path = format!("{path}/{thing}{}", query.unwrap_or_default());
                kind.clear();
            } else {
                path = format!("{path}/{segment}");
                kind = format!("{kind}/{segment}");
            }
        }
        path
    }

    /// A text in which `<products>` has become the id of a product, and so on.
    async fn filled(&mut self, text: &str, login: &Login) -> String {
        let mut parts = text.split(['<', '>']);
        let mut filled = parts.next().unwrap_or_default().to_owned();
        while let Some(name) = parts.next() {
            let value = match name {
                "word" => word(),
                "email" => login.email.clone(),
                "password" => login.password.clone(),
                "buyer" => self.people[&Caller::Buyer].email.clone(),
                "refresh_token" => login.tokens.refresh_token.clone(),
                kind => self.thing(kind).await,
            };
            filled = filled + &value + parts.next().unwrap_or_default();
        }
        filled
    }

    /// What stands under this path, made when it is asked for first.
    pub async fn thing(&mut self, kind: &str) -> String {
        if let Some(id) = self.things.get(kind) {
            return id.clone();
        }
        let made = props::make(self, kind).await;
        self.keep(kind, &made);
        made
    }

    pub fn keep(&mut self, kind: &str, id: &str) {
        self.things.insert(kind.to_owned(), id.to_owned());
    }

    /// It is gone; the next one is made anew.
    pub async fn forget(&mut self, kind: &str) {
        self.things.remove(kind);
        if kind == "shops" {
            self.things.clear();
            self.stall = stall(self.mesh).await;
            self.people.insert(Caller::Owner, owner_of(&self.stall));
        }
    }
}

async fn customer(mesh: &Mesh) -> Login {
    let person = mesh.customer().await;
    Login {
        email: person.email,
        password: PASSWORD.to_owned(),
        tokens: person.tokens,
        client: person.client,
    }
}

/// An approved shop, once everybody knows that its owner buys nothing.
async fn stall(mesh: &Mesh) -> Stall {
    let stall = mesh.stall().await;
    for path in ["/cart", "/wishlist"] {
        becomes(path, 403, async || Ok(stall.owner.client.get(path).await.status)).await;
    }
    stall
}

fn owner_of(stall: &Stall) -> Login {
    let owner = stall.owner.clone();
    Login {
        email: owner.email,
        password: PASSWORD.to_owned(),
        tokens: owner.tokens,
        client: owner.client,
    }
}

/// An operator of the cast's own: what ends this one's sessions must not end those of other tests.
async fn operator(mesh: &Mesh) -> Login {
    let person = mesh.customer().await;
    let url = format!("/users/{}", person.id);
    let role = json!({"role": "admin"});
    let _: Value = mesh.admin().await.patch(&url, role).await.ok();
    log_in(mesh, &person.email, PASSWORD).await
}

async fn log_in(mesh: &Mesh, email: &str, password: &str) -> Login {
    let tokens = mesh.login(email, password).await;
    Login {
        email: email.to_owned(),
        password: password.to_owned(),
        client: mesh.anybody().bearer(&tokens.access_token),
        tokens,
    }
}
