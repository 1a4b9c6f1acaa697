//! The life of a shop, step by step.

use super::*;
use crate::domain::{About, ShopEdit, ShopName, Viewer};
use souk_contracts::{OpenEnum, UnknownWord};

const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn shop(status: ShopStatus) -> Shop {
    let name = ShopName::parse("Caspian Leather").unwrap();
    let (shop, _) = Shop::apply(
        Uuid::now_v7(),
        name,
        About::parse(None).unwrap(),
        "caspian-leather".into(),
        AT,
    );
    Shop {
        status: status.into(),
        ..shop
    }
}

fn why() -> Reason {
    Reason::parse("because").unwrap()
}

fn decisions() -> [Decision; 5] {
    [
        Decision::Approve,
        Decision::Reject(why()),
        Decision::Suspend(why()),
        Decision::Reinstate,
        Decision::Verify,
    ]
}

#[test]
fn an_application_is_pending_and_its_owner_did_it() {
    let name = ShopName::parse("Caspian Leather").unwrap();
    let owner = Uuid::now_v7();

    let (shop, step) = Shop::apply(
        owner,
        name,
        About::parse(None).unwrap(),
        "caspian-leather".into(),
        AT,
    );

    assert_eq!((shop.status, shop.version), (ShopStatus::Pending.into(), 1));
    assert_eq!(
        (step.action, step.from, step.to),
        (Action::Applied, None, ShopStatus::Pending)
    );
    assert_eq!(step.actor_id, Some(owner));
}

/// What becomes of a shop in each status when an admin decides: `=` stays, `!` refused.
#[test]
fn an_admin_decides_only_what_the_status_allows() {
    use ShopStatus::*;
    let table = [
        (Pending, ["approved", "rejected", "!", "!", "verified"]),
        (Approved, ["=", "!", "suspended", "=", "verified"]),
        (Rejected, ["!", "=", "!", "!", "verified"]),
        (Suspended, ["!", "!", "=", "reinstated", "verified"]),
        (Closed, ["!", "!", "!", "!", "!"]),
    ];
    for (status, expected) in table {
        let outcomes = decisions().map(|decision| {
            let mut shop = shop(status);
            match shop.decide(Uuid::now_v7(), decision, true, AT) {
                Ok(Some(step)) => {
                    assert_eq!(
                        (step.from, step.to.into(), shop.version),
                        (Some(status), shop.status, 2)
                    );
                    step.action.as_str()
                }
                Ok(None) => "=",
                Err(ShopError::IllegalTransition(at, _)) if at == status => "!",
                Err(other) => panic!("{other}"),
            }
        });
        assert_eq!(outcomes, expected, "{status:?}");
    }
}

#[test]
fn a_reason_is_kept_until_the_next_step() {
    let mut shop = shop(ShopStatus::Approved);

    let step = shop
        .decide(Uuid::nil(), Decision::Suspend(why()), true, AT)
        .unwrap()
        .unwrap();
    assert_eq!(
        (step.reason.as_deref(), shop.status_reason.as_deref()),
        (Some("because"), Some("because"))
    );

    shop.decide(Uuid::nil(), Decision::Reinstate, true, AT).unwrap();
    assert_eq!(shop.status_reason, None);
}

#[test]
fn a_shop_does_not_sell_without_an_active_owner() {
    for (status, decision) in [
        (ShopStatus::Pending, Decision::Approve),
        (ShopStatus::Suspended, Decision::Reinstate),
    ] {
        let refused = shop(status).decide(Uuid::nil(), decision, false, AT);

        assert_eq!(refused, Err(ShopError::OwnerInactive));
    }
    assert!(shop(ShopStatus::Pending).lose_owner(AT).is_none());
    let mut selling = shop(ShopStatus::Approved);
    assert_eq!(selling.lose_owner(AT).unwrap().actor_id, None);
    assert_eq!(selling.status, ShopStatus::Suspended);
}

#[test]
fn only_a_rejected_owner_applies_again() {
    let mut rejected = shop(ShopStatus::Rejected);

    assert_eq!(
        rejected.resubmit(AT).unwrap().unwrap().action,
        Action::Resubmitted
    );
    assert_eq!(rejected.resubmit(AT), Ok(None));
    for status in [ShopStatus::Approved, ShopStatus::Suspended, ShopStatus::Closed] {
        assert!(shop(status).resubmit(AT).is_err());
    }
}

#[test]
fn a_shop_closes_when_nobody_waits_and_once() {
    let mut open = shop(ShopStatus::Approved);

    assert_eq!(open.close(None, 2, AT), Err(ShopError::UnfinishedItems(2)));
    assert_eq!(open.close(None, 0, AT).unwrap().unwrap().action, Action::Closed);
    assert_eq!(open.close(None, 1, AT), Ok(None));
    assert_eq!(open.edit(ShopEdit::default(), AT), Err(ShopError::Closed));
}

#[test]
fn an_edit_without_a_difference_keeps_the_version() {
    let mut shop = shop(ShopStatus::Pending);
    let same = ShopEdit {
        name: Some(ShopName::parse("Caspian Leather").unwrap()),
        about: None,
    };
    let other = ShopEdit {
        name: None,
        about: Some(About::parse(Some("Bags.")).unwrap()),
    };

    assert_eq!((shop.edit(same, AT), shop.version), (Ok(false), 1));
    assert_eq!((shop.edit(other, AT), shop.version), (Ok(true), 2));
    assert_eq!(
        (shop.name.as_str(), shop.about.as_deref()),
        ("Caspian Leather", Some("Bags."))
    );
}

#[test]
fn only_an_approved_shop_is_public() {
    let viewer = |user_id, is_admin| Viewer { user_id, is_admin };
    let pending = shop(ShopStatus::Pending);
    let stranger = Uuid::now_v7();

    assert!(shop(ShopStatus::Approved).seen_by(Viewer::default()).is_ok());
    assert_eq!(
        pending.clone().seen_by(viewer(Some(stranger), false)),
        Err(ShopError::NotFound)
    );
    assert!(
        pending
            .clone()
            .seen_by(viewer(Some(pending.owner_id), false))
            .is_ok()
    );
    assert!(pending.clone().seen_by(viewer(Some(stranger), true)).is_ok());
    assert_eq!(pending.owned_by(stranger), Err(ShopError::NotFound));
    assert_eq!(
        shop(ShopStatus::Approved).owned_by(stranger),
        Err(ShopError::NotYours)
    );
}

#[test]
fn where_a_later_build_has_written_nothing_is_decided() {
    let status = OpenEnum::Unknown(UnknownWord::new("on_holiday"));
    let unknown = || Shop {
        status,
        ..shop(ShopStatus::Approved)
    };
    let refusal = ShopError::UnknownStatus(UnknownWord::new("on_holiday"));

    for decision in decisions() {
        let refused = unknown().decide(Uuid::now_v7(), decision, true, AT);
        assert_eq!(refused, Err(refusal));
    }
    assert_eq!(unknown().resubmit(AT), Err(refusal));
    assert_eq!(unknown().close(None, 0, AT), Err(refusal));
    assert_eq!(unknown().edit(ShopEdit::default(), AT), Err(refusal));
    assert_eq!(unknown().lose_owner(AT), None);
    let stranger = Viewer::default();
    assert_eq!(unknown().seen_by(stranger), Err(ShopError::NotFound));
}
