use std::sync::Arc;

use chrono::Utc;
use user_svc::domain::{Mail, Purpose};
use user_svc::mail::Mailer;
use user_svc::{flows, ops};
use uuid::Uuid;

use crate::app::TestApp;
use crate::post::{Post, letter, storefront};
use crate::smtp::SmtpServer;

fn mailer(url: &str) -> Arc<Mailer> {
    let from = "Souk <no-reply@souk.example.org>".parse().unwrap();
    Arc::new(Mailer::smtp(url, from, storefront()).unwrap())
}

#[actix_web::test]
async fn a_mail_goes_out_over_smtp() {
    let app = TestApp::new().await;
    let server = SmtpServer::start("250 ok").await;
    let user = app.registered().await;

    flows::send_mails(app.db.db(), mailer(&server.url)).await.unwrap();

    let heard = server.heard();
    let said = |line: &str| heard.iter().any(|heard| heard.starts_with(line));
    // NUL post NUL pass word
    assert!(said("AUTH PLAIN AHBvc3QAcGFzcyB3b3Jk"), "{heard:#?}");
    assert!(said("MAIL FROM:<no-reply@souk.example.org>"));
    assert!(said(&format!("RCPT TO:<{}>", user.email)));
    assert!(said("From: Souk <no-reply@souk.example.org>") && said("Message-ID:") && said("Date:"));
    let letter = letter(&heard.join("\n"));
    assert_eq!(letter.token.len(), 43);
    assert!(said(&format!(
        "https://souk.example.org/verify-email#token={}",
        letter.token
    )));
    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn a_mail_that_is_refused_is_tried_again_later() {
    let (app, post) = (TestApp::new().await, Post::new());
    let busy = SmtpServer::start("451 try again").await;
    app.registered().await;

    flows::send_mails(app.db.db(), mailer(&busy.url)).await.unwrap();

    let later = "next_attempt_at between now() + interval '1 second' and now() + interval '5 seconds'";
    assert_eq!(
        app.db
            .count(&format!("mails where attempts = 1 and {later}"))
            .await,
        1
    );
    assert!(post.deliver(&app).await.is_empty());
    app.sql("update mails set next_attempt_at = now()").await;
    assert_eq!(post.deliver(&app).await.len(), 1);
    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn a_mail_waits_while_no_server_is_there() {
    let app = TestApp::new().await;
    app.registered().await;

    flows::send_mails(app.db.db(), mailer("smtp://127.0.0.1:9"))
        .await
        .unwrap();

    assert_eq!(app.db.count("mails where attempts = 1").await, 1);
}

#[actix_web::test]
async fn a_mail_is_given_up_after_many_attempts() {
    let app = TestApp::new().await;
    let server = SmtpServer::start("550 no such user").await;
    app.registered().await;
    app.sql("update mails set attempts = 11").await;

    flows::send_mails(app.db.db(), mailer(&server.url)).await.unwrap();

    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn what_a_server_says_of_an_address_is_not_repeated() {
    let server = SmtpServer::start("550 5.1.1 <a@example.org> is not here").await;
    let mail = Mail {
        id: Uuid::now_v7(),
        purpose: Purpose::VerifyEmail,
        recipient: "a@example.org".into(),
        attempts: 1,
    };

    let error = mailer(&server.url).send(&mail, "secret").await.unwrap_err();

    assert_eq!(error.to_string(), "the mail server answered 550");
}

#[actix_web::test]
async fn two_replicas_send_each_mail_once() {
    let (app, post) = (TestApp::new().await, Post::new());
    for _ in 0..4 {
        app.registered().await;
    }

    let (one, two) = tokio::join!(
        flows::send_mails(app.db.db(), post.mailer.clone()),
        flows::send_mails(app.db.db(), post.mailer.clone()),
    );

    one.and(two).unwrap();
    let mut sent: Vec<String> = post.deliver(&app).await.into_iter().map(|mail| mail.to).collect();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 4);
}

#[actix_web::test]
async fn a_mail_taken_by_one_who_died_is_sent_by_another() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered().await;
    let taken = async |tx: &mut souk_db::Conn| ops::take_mail(tx, Utc::now()).await;
    app.db.db().transaction(taken).await.unwrap();

    assert!(post.deliver(&app).await.is_empty());
    app.sql("update mails set next_attempt_at = next_attempt_at - interval '2 minutes'")
        .await;

    assert_eq!(post.deliver(&app).await.len(), 1);
}

#[actix_web::test]
async fn a_mail_to_who_is_gone_is_dropped() {
    let (app, post) = (TestApp::new().await, Post::new());
    app.registered().await;
    app.sql("delete from users").await;

    assert!(post.deliver(&app).await.is_empty());
    assert_eq!(app.db.count("mails").await, 0);
}

#[actix_web::test]
async fn what_is_long_over_is_removed() {
    let (app, post) = (TestApp::new().await, Post::new());
    let user = app.registered().await;
    post.deliver(&app).await;
    let (over, living) = (app.logged_in(&user).await, app.logged_in(&user).await);
    app.sql(&format!(
        "update sessions set ended_at = now() - interval '31 days' where id = '{}'",
        over.session
    ))
    .await;
    app.sql("update mail_tokens set expires_at = now() - interval '1 second'")
        .await;
    app.sql("insert into ended_users values (gen_random_uuid(), now() - interval '2 days'), (gen_random_uuid(), now())")
        .await;

    app.db.sweep(user_svc::store::retention::RULES).await;

    let left = [
        app.db.count("sessions").await,
        app.db.count("mail_tokens").await,
        app.db.count("ended_users").await,
    ];
    assert_eq!(left, [1, 0, 1]);
    assert_eq!(app.refresh(&living.refresh).await.status, 200);
}
