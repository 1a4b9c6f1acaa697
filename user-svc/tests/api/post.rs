//! Mails, written to a directory of the test's own.

use std::path::PathBuf;
use std::sync::Arc;

use user_svc::flows;
use user_svc::mail::{Mailer, Storefront};
use uuid::Uuid;

use crate::app::TestApp;

pub struct Post {
    dir: PathBuf,
    pub mailer: Arc<Mailer>,
}

/// A mail as its reader sees it.
#[derive(Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub token: String,
}

pub fn storefront() -> Storefront {
    Storefront::parse("https://souk.example.org").unwrap()
}

impl Post {
    pub fn new() -> Self {
        let dir = std::env::temp_dir().join(format!("souk-mails-{}", Uuid::now_v7()));
        let from = "Souk <no-reply@souk.example.org>".parse().unwrap();
        let mailer = Arc::new(Mailer::directory(&dir, from, storefront()).unwrap());
        Self { dir, mailer }
    }

    /// Sends what is due and takes out what has come since the last time.
    pub async fn deliver(&self, app: &TestApp) -> Vec<Letter> {
        flows::send_mails(app.db.db(), self.mailer.clone()).await.unwrap();
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let letters = files
            .iter()
            .map(|file| letter(&std::fs::read_to_string(file).unwrap()))
            .collect();
        for file in files {
            std::fs::remove_file(file).unwrap();
        }
        letters
    }

    /// The secret of the only mail that is due.
    pub async fn token(&self, app: &TestApp) -> String {
        let letters = self.deliver(app).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters[0].token.clone()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

pub fn letter(mail: &str) -> Letter {
    let header = |name: &str| {
        let line = mail.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {mail}"))
            .trim()
            .to_owned()
    };
    let link = mail.lines().find_map(|line| line.split_once("#token="));
    Letter {
        to: header("To:"),
        subject: header("Subject:"),
        token: link.unwrap().1.to_owned(),
    }
}
