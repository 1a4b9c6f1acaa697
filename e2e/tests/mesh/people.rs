//! Those who use the market: how they come in, and what they do most.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::bodies::{Cart, Order, Page, Tokens, User};
use crate::client::{Answer, Client};
use crate::mesh::Mesh;

/// The password of everybody but the admin.
pub const PASSWORD: &str = "seven brave otters";

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    pub id: Uuid,
    pub email: String,
    pub tokens: Tokens,
    pub client: Client,
}

impl Mesh {
    /// A new customer, logged in.
    pub async fn customer(&self) -> Person {
        let email = format!("{}@example.org", word());
        let user: User = self
            .anybody()
            .post("/auth/register", registration(&email))
            .await
            .created();
        let tokens = self.login(&email, PASSWORD).await;
        Person {
            id: user.id,
            email,
            client: self.anybody().bearer(&tokens.access_token),
            tokens,
        }
    }

    /// So many new customers.
    pub async fn customers(&self, count: usize) -> Vec<Person> {
        let mut people = Vec::new();
        // A few at a time: each costs two slow password hashes.
        while people.len() < count {
            let few = (count - people.len()).min(4);
            people.extend(futures_util::future::join_all((0..few).map(|_| self.customer())).await);
        }
        people
    }

    /// The operator.
    pub async fn admin(&self) -> Client {
        let admin = &self.run.admin;
        let tokens = self.login(&admin.email, &admin.password).await;
        self.anybody().bearer(&tokens.access_token)
    }

    pub async fn login(&self, email: &str, password: &str) -> Tokens {
        let body = json!({"email": email, "password": password});
        self.anybody().post("/auth/login", body).await.ok()
    }
}

impl Person {
    /// Puts something into the cart.
    pub async fn takes(&self, variation_id: Uuid, quantity: i64) {
        let body = json!({"variation_id": variation_id, "quantity": quantity});
        let answer = self.client.post("/cart/items", body).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    }

    pub async fn cart(&self) -> Cart {
        self.client.get("/cart").await.ok()
    }

    /// Tries to order what is in the cart.
    pub async fn checks_out(&self, key: &str) -> Answer {
        self.client
            .with("idempotency-key", key)
            .post("/orders", checkout())
            .await
    }

    /// Orders what is in the cart.
    pub async fn orders(&self) -> Order {
        self.checks_out(&key()).await.created()
    }

    /// All orders of this customer, newest first.
    pub async fn order_history(&self) -> Result<Vec<Order>, String> {
        pages(&self.client, "/orders?").await
    }
}

/// Every page of a list; `path` ends where more parameters may follow.
pub async fn pages<T: serde::de::DeserializeOwned>(client: &Client, path: &str) -> Result<Vec<T>, String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = client.get(&format!("{path}limit=100{cursor}")).await;
        let page: Page<T> = answer.try_read(200)?;
        all.extend(page.items);
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

pub fn registration(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "first_name": "Aygun", "last_name": "Aliyeva"})
}

/// The body of a checkout.
pub fn checkout() -> Value {
    json!({"shipping_address": {
        "name": "Aygun Aliyeva", "line1": "Nizami 12, apt. 5", "city": "Baku",
        "postal_code": "AZ1000", "country": "AZ"
    }})
}

/// A new `Idempotency-Key`.
pub fn key() -> String {
    Uuid::new_v4().to_string()
}

/// A word that nobody has used before: sixteen letters that can be spoken.
pub fn word() -> String {
    const CONSONANTS: &[u8; 16] = b"bcdfghjklmnprstv";
    const VOWELS: &[u8; 4] = b"aeiu";
    let random = Uuid::new_v4().into_bytes();
    let syllable = |byte: &u8| {
        let consonant = CONSONANTS[usize::from(byte & 15)];
        let vowel = VOWELS[usize::from((byte >> 4) & 3)];
        [char::from(consonant), char::from(vowel)]
    };
    random.iter().step_by(2).flat_map(syllable).collect()
}
