//! What a service cannot handle: kept, shown, replayed to its queue, dropped, and in nobody's way.

use std::collections::BTreeSet;

use e2e::torture::hostile;
use serde_json::{Value, json};

use crate::client::Client;
use crate::eventually::becomes;
use crate::mesh::Mesh;
use crate::people::word;

const QUEUE: &str = "wishlist-svc.users";

impl Mesh {
    /// A message that nobody can read, parked from [`QUEUE`]: its id and its text.
    pub async fn parked_message(&self) -> (String, String) {
        let text = format!("{{\"broken\": \"{}\"", word());
        self.poison(QUEUE, &text).await;
        let admin = self.admin().await;
        let mut found = String::new();
        becomes("the message among the parked ones", true, async || {
            let list: Value = admin.get(&waiting()).await.try_read(200)?;
            for id in ids(&list) {
                let shown: Value = admin.get(&format!("/ops/parked/{id}")).await.try_read(200)?;
                if shown["payload"] == text.as_str() {
                    found = id;
                }
            }
            Ok(!found.is_empty())
        })
        .await;
        (found, text)
    }
}

fn waiting() -> String {
    format!("/ops/parked?queue={QUEUE}&state=parked&limit=100")
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

async fn state(admin: &Client, id: &str) -> Result<String, String> {
    let shown: Value = admin.get(&format!("/ops/parked/{id}")).await.try_read(200)?;
    Ok(shown["state"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_poisonous_message_is_kept_and_its_queue_goes_on() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;

    let (id, text) = mesh.parked_message().await;

    // The queue behind it goes on: a new customer has a wishlist.
    let customer = mesh.customer().await;
    becomes("the wishlist", 200, async || {
        Ok(customer.client.get("/wishlist").await.status)
    })
    .await;
    let shown: Value = admin.get(&format!("/ops/parked/{id}")).await.ok();
    assert_eq!(
        (
            &shown["queue"],
            &shown["type"],
            &shown["state"],
            &shown["payload"]
        ),
        (
            &json!(QUEUE),
            &json!("user.created"),
            &json!("parked"),
            &json!(text)
        )
    );
    assert!(shown["reason"].as_str().unwrap().contains("cannot be read"));
    assert_eq!(shown["audit"], json!([]));
    admin.delete(&format!("/ops/parked/{id}")).await.ok::<Value>();
}

#[tokio::test]
async fn hostile_messages_are_parked_shown_and_dropped_and_their_queue_goes_on() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let mut sent = BTreeSet::new();
    for way in 0..hostile::WAYS {
        let message = hostile::message(way, QUEUE);
        sent.insert(hostile::shown(&message));
        hostile::send(&mesh.run.amqp_url, message).await.unwrap();
    }

    let customer = mesh.customer().await;
    becomes("the wishlist", 200, async || {
        Ok(customer.client.get("/wishlist").await.status)
    })
    .await;
    becomes("all of them among the parked ones", 0, async || {
        let list: Value = admin.get(&waiting()).await.try_read(200)?;
        for id in ids(&list) {
            let path = format!("/ops/parked/{id}");
            let shown: Value = admin.get(&path).await.try_read(200)?;
            if sent.remove(shown["payload"].as_str().unwrap()) {
                assert_eq!(shown["cause"], "unreadable");
                admin.delete(&path).await.ok::<Value>();
            }
        }
        Ok(sent.len())
    })
    .await;
}

#[tokio::test]
async fn a_replay_is_audited_and_what_fails_again_is_parked_again() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let (id, text) = mesh.parked_message().await;

    for _ in 0..2 {
        admin
            .post(&format!("/ops/parked/{id}/replay"), json!({}))
            .await
            .ok::<Value>();
    }

    becomes("the message parked again", true, async || {
        let list: Value = admin.get(&waiting()).await.try_read(200)?;
        let mut again = false;
        for parked in ids(&list) {
            let shown: Value = admin.get(&format!("/ops/parked/{parked}")).await.try_read(200)?;
            let newly = parked != id || shown["last_failed_at"] != shown["first_failed_at"];
            again |= newly && shown["payload"] == text.as_str();
        }
        Ok(again)
    })
    .await;
    let shown: Value = admin.get(&format!("/ops/parked/{id}")).await.ok();
    let audit = shown["audit"].as_array().unwrap();
    assert_eq!((audit.len(), &audit[0]["action"]), (1, &json!("replay")));
}

#[tokio::test]
async fn what_was_dropped_is_not_replayed() {
    let mesh = Mesh::shared().await;
    let admin = mesh.admin().await;
    let (id, _) = mesh.parked_message().await;
    let path = format!("/ops/parked/{id}");

    for _ in 0..2 {
        let dropped: Value = admin.delete(&path).await.ok();
        assert_eq!(dropped["state"], "dropped");
    }

    admin
        .post(&format!("{path}/replay"), json!({}))
        .await
        .refused(409, "already-settled");
    assert_eq!(state(&admin, &id).await.unwrap(), "dropped");
    admin
        .get("/ops/parked/01937f1c-6a2b-7c44-9d0e-3a6f5c1b2e70")
        .await
        .refused(404, "not-found");
    admin
        .get("/ops/parked?queue=no-such.queue")
        .await
        .refused_field("/queue");
    admin
        .post("/ops/parked/replay", json!({"queue": "no-such.queue"}))
        .await
        .refused_field("/queue");
}
