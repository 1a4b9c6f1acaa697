use serde_json::json;
use uuid::Uuid;

use crate::app::{SHOPS, TestApp};

const DECISIONS: [&str; 5] = ["approve", "reject", "suspend", "reinstate", "verify"];

#[actix_web::test]
async fn each_decision_is_told_once_however_often_it_is_made() {
    let app = TestApp::new().await;
    let shop = app.pending().await;

    for decision in ["approve", "suspend", "reinstate", "verify"] {
        let first = app.decide(&shop, decision).await;
        let again = app.decide(&shop, decision).await;
        assert_eq!(first, again);
    }

    let told: Vec<_> = app.told().await;
    let expected = [
        "shop.created",
        "shop.approved",
        "shop.suspended",
        "shop.reinstated",
        "shop.updated",
    ];
    assert_eq!(
        told.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(
        told.iter()
            .map(|(_, version)| version.unwrap())
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
}

#[actix_web::test]
async fn a_rejection_and_a_suspension_carry_their_reason() {
    let app = TestApp::new().await;

    let (rejected, suspended) = (app.rejected().await, app.suspended().await);

    assert_eq!(
        (&rejected.body["status"], &rejected.body["status_reason"]),
        (&json!("rejected"), &json!("because"))
    );
    assert_eq!(
        (&suspended.body["status"], &suspended.body["status_reason"]),
        (&json!("suspended"), &json!("because"))
    );
    for kind in ["shop.rejected", "shop.suspended"] {
        assert_eq!(app.db.published_of(kind).await[0].data["reason"], "because");
    }
}

#[actix_web::test]
async fn a_reinstated_shop_is_public_again_without_the_reason() {
    let app = TestApp::new().await;
    let shop = app.suspended().await;

    let reinstated = app.decide(&shop, "reinstate").await;

    assert_eq!(
        (&reinstated["status"], &reinstated["status_reason"]),
        (&json!("approved"), &json!(null))
    );
    assert_eq!(app.server.anonymous().get(&shop.url("")).await.status, 200);
}

#[actix_web::test]
async fn a_verified_shop_shows_it() {
    let app = TestApp::new().await;
    let shop = app.approved().await;

    app.decide(&shop, "verify").await;

    assert_eq!(
        app.server.anonymous().get(&shop.url("")).await.body["is_verified"],
        true
    );
    assert_eq!(
        app.db.published_of("shop.updated").await[0].data["is_verified"],
        true
    );
}

#[actix_web::test]
async fn a_decision_that_the_status_does_not_allow_is_refused() {
    let app = TestApp::new().await;
    let admin = app.server.admin();
    for (shop, refused) in [
        (app.pending().await, &["suspend", "reinstate"][..]),
        (app.approved().await, &["reject"]),
        (app.rejected().await, &["approve", "suspend", "reinstate"]),
        (app.suspended().await, &["approve", "reject"]),
        (app.closed().await, &DECISIONS),
    ] {
        for decision in refused {
            let response = admin
                .post(&shop.url(decision), json!({ "reason": "because" }))
                .await;

            assert_eq!(response.problem(), (409, "illegal-transition"), "{decision}");
        }
    }
}

#[actix_web::test]
async fn only_admins_decide() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    for decision in DECISIONS {
        let body = json!({ "reason": "because" });

        let by_owner = shop.owner.post(&shop.url(decision), body.clone()).await;
        let by_nobody = app
            .server
            .anonymous()
            .post(&shop.url(decision), body.clone())
            .await;
        let of_nothing = app
            .server
            .admin()
            .post(&format!("{SHOPS}/{}/{decision}", Uuid::now_v7()), body)
            .await;

        assert_eq!(by_owner.problem(), (403, "admin-only"), "{decision}");
        assert_eq!(
            by_nobody.problem(),
            (401, "authentication-required"),
            "{decision}"
        );
        assert_eq!(of_nothing.problem(), (404, "not-found"), "{decision}");
    }
    assert_eq!(app.told().await.len(), 1);
}

#[actix_web::test]
async fn a_reason_is_required() {
    let app = TestApp::new().await;
    let (pending, approved) = (app.pending().await, app.approved().await);
    for (shop, decision) in [(&pending, "reject"), (&approved, "suspend")] {
        for body in [
            json!({}),
            json!({ "reason": "" }),
            json!({ "reason": "  " }),
            json!({ "reason": "x".repeat(1001) }),
        ] {
            let response = app.server.admin().post(&shop.url(decision), body).await;

            assert_eq!(response.status, 422);
            assert_eq!(response.body["errors"][0]["pointer"], "/reason");
        }
    }
}

#[actix_web::test]
async fn two_admins_at_once_make_one_decision() {
    let app = TestApp::new().await;
    let shop = app.pending().await;
    let (one, two) = (app.server.admin(), app.server.admin());
    let (approve, reject) = (shop.url("approve"), shop.url("reject"));

    let (approved, rejected) = tokio::join!(
        one.post(&approve, json!({})),
        two.post(&reject, json!({ "reason": "because" }))
    );

    let mut statuses = [approved.status, rejected.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.told().await.len(), 2);
}
