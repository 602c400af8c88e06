//! Signing in, locked out, second factor, recovery, changing the password.

use crate::world::{PASSWORD, SECOND, START, World, quick, worlds};
use mingjing_casework::people::By;
use mingjing_casework::permission::Role;
use mingjing_casework::sign_in::{Entered, Error, Guard, Outcome, Refusal, SignIn, Weakness};
use mingjing_model::id::AccountId;
use mingjing_model::time::Micros;
use mingjing_store::session::{self, Session};
use mingjing_store::{account, token};
use totp_rs::{Builder, Secret};

fn at(now: Micros) -> By {
    By::nobody(now, "r1", Some("192.0.2.1"))
}

async fn enter(world: &World, login: &str, password: &str, now: Micros) -> Outcome {
    world.sign_in(&at(now)).password(login, password).await.unwrap()
}

fn entered(outcome: Outcome) -> Entered {
    match outcome {
        Outcome::In(entered) => entered,
        other => panic!("not signed in: {other:?}"),
    }
}

const WRONG: Outcome = Outcome::Refused(Refusal::Wrong);

/// The code of a secret at an instant.
fn code(secret: &str, now: Micros) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret.as_bytes().to_vec()).build().unwrap();
    totp.generate((now / SECOND) as u64).to_string()
}

/// Sets up a second factor; gives secret and recovery codes.
async fn enrol(world: &World, id: AccountId, now: Micros) -> (String, Vec<String>) {
    let by = at(now);
    let offer = world.sign_in(&by).offer_factor(id, "明镜: Mingjing").await.unwrap();
    assert!(offer.url.starts_with("otpauth://totp/"), "{}", offer.url);
    let first = code(&offer.secret, now);
    let codes = world.sign_in(&by).confirm_factor(id, &offer.sealed, &first).await.unwrap();
    (offer.secret, codes)
}

#[tokio::test]
async fn who_knows_the_password_signs_in_and_it_stands_in_the_log() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[Role::CaseOfficer]).await;
        let person = entered(enter(&world, " Zhang.WEI ", PASSWORD, START).await);
        assert_eq!(
            (person.account, person.must_change_password, person.has_second_factor),
            (id, false, false)
        );
        assert_eq!(world.log("sign_in").await, [r#"sign_in 姓名zhang.wei account {"by":"password"}"#]);
        // The first administrator must change the password that stood on the command line.
        assert!(entered(enter(&world, "admin", PASSWORD, START).await).must_change_password);
    }
}

#[tokio::test]
async fn unknown_wrong_and_disabled_with_a_wrong_password_are_one_answer() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        assert_eq!(enter(&world, "zhang.wei", "wrong", START).await, WRONG);
        assert_eq!(enter(&world, "nobody", PASSWORD, START).await, WRONG);
        let by = By::command_line(START);
        world.people(&by).disable(id, world.account(id).await.version, "调离").await.unwrap();
        assert_eq!(enter(&world, "zhang.wei", "wrong", START).await, WRONG);
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, START).await, Outcome::Refused(Refusal::Disabled));
        let log = world.log("sign_in_refused").await;
        let unknown = r#"sign_in_refused  account {"why":"unknown"}"#.to_owned();
        assert!(log.len() == 4 && log.contains(&unknown), "what was typed is not kept: {log:?}");
    }
}

#[tokio::test]
async fn failures_in_a_row_lock_for_growing_times_and_success_forgets_them() {
    for world in worlds().await {
        world.person("zhang.wei", "police", "520102", &[]).await;
        for _ in 0..4 {
            assert_eq!(enter(&world, "zhang.wei", "wrong", START).await, WRONG);
        }
        entered(enter(&world, "zhang.wei", PASSWORD, START).await);
        for _ in 0..5 {
            assert_eq!(enter(&world, "zhang.wei", "wrong", START).await, WRONG);
        }
        let until = START + 60 * SECOND;
        let locked = Outcome::Refused(Refusal::Locked { until });
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, START).await, locked, "the right one too");
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, until - 1).await, locked);
        assert_eq!(world.log("account_locked").await.len(), 1);
        // Five more failures lock for five minutes; those while it is locked do not count.
        for _ in 0..5 {
            assert_eq!(enter(&world, "zhang.wei", "wrong", until).await, WRONG);
        }
        let longer = Outcome::Refused(Refusal::Locked { until: until + 300 * SECOND });
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, until).await, longer);
        entered(enter(&world, "zhang.wei", PASSWORD, until + 300 * SECOND).await);
    }
}

#[tokio::test]
async fn attempts_at_the_same_time_are_counted_one_by_one() {
    for world in worlds().await {
        world.person("zhang.wei", "police", "520102", &[]).await;
        let by = at(START);
        let sign_in = world.sign_in(&by);
        let tries = (0..8).map(|_| sign_in.password("zhang.wei", "wrong"));
        let outcomes = futures::future::join_all(tries).await;
        let wrong = outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap() == WRONG).count();
        assert_eq!(wrong, 5, "{}: the others met the lock", world.name());
        assert_eq!(account::by_login(&world.db, "zhang.wei").await.unwrap().unwrap().failures, 5);
    }
}

#[tokio::test]
async fn a_password_by_old_parameters_is_computed_anew_when_it_is_used() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        let before = world.account(id).await.password_hash.unwrap();
        let mut rules = quick();
        rules.hash.passes = 2;
        let guard = Guard::new(rules).unwrap();
        let by = at(START);
        let sign_in = SignIn { guard: &guard, ..world.sign_in(&by) };
        sign_in.password("zhang.wei", "wrong").await.unwrap();
        assert_eq!(world.account(id).await.password_hash.as_ref(), Some(&before));
        entered(sign_in.password("zhang.wei", PASSWORD).await.unwrap());
        let after = world.account(id).await.password_hash.unwrap();
        assert!(before.contains("t=1") && after.contains("t=2"), "{before} {after}");
        entered(sign_in.password("zhang.wei", PASSWORD).await.unwrap());
        assert_eq!(world.account(id).await.password_hash.unwrap(), after);
    }
}

#[tokio::test]
async fn a_code_of_the_second_factor_holds_once_and_none_before_it() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        let (secret, _) = enrol(&world, id, START).await;
        let sealed = world.account(id).await.totp_sealed.unwrap();
        assert!(!sealed.contains(&secret), "sealed in the database");
        let now = START + 60 * SECOND;
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, now).await, Outcome::SecondFactor { account: id });
        let by = at(now);
        let sign_in = world.sign_in(&by);
        let this = code(&secret, now);
        assert!(entered(sign_in.second_factor(id, &this).await.unwrap()).has_second_factor);
        assert_eq!(sign_in.second_factor(id, &this).await.unwrap(), WRONG, "used");
        let before = code(&secret, now - 30 * SECOND);
        assert_eq!(sign_in.second_factor(id, &before).await.unwrap(), WRONG, "older than a used one");
        let next = code(&secret, now + 30 * SECOND);
        entered(sign_in.second_factor(id, &next).await.unwrap());
        // The code that confirmed the factor is used too.
        let by = at(START);
        assert_eq!(world.sign_in(&by).second_factor(id, &code(&secret, START)).await.unwrap(), WRONG);
    }
}

#[tokio::test]
async fn wrong_codes_lock_and_the_right_password_between_them_forgets_nothing() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        let (secret, codes) = enrol(&world, id, START).await;
        let now = START + 600 * SECOND;
        let by = at(now);
        for _ in 0..5 {
            assert_eq!(
                enter(&world, "zhang.wei", PASSWORD, now).await,
                Outcome::SecondFactor { account: id }
            );
            assert_eq!(world.sign_in(&by).second_factor(id, "000000").await.unwrap(), WRONG);
        }
        let locked = Outcome::Refused(Refusal::Locked { until: now + 60 * SECOND });
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, now).await, locked);
        assert_eq!(world.sign_in(&by).second_factor(id, &code(&secret, now)).await.unwrap(), locked);
        assert_eq!(world.sign_in(&by).second_factor(id, &codes[0]).await.unwrap(), locked);
    }
}

#[tokio::test]
async fn a_recovery_code_holds_once_and_new_ones_replace_all() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        let (_, codes) = enrol(&world, id, START).await;
        assert_eq!(codes.len(), 10);
        let by = at(START);
        let sign_in = world.sign_in(&by);
        let person = entered(sign_in.second_factor(id, &codes[3].to_uppercase()).await.unwrap());
        assert_eq!(person.codes_left, Some(9));
        assert_eq!(sign_in.second_factor(id, &codes[3]).await.unwrap(), WRONG);
        assert!(matches!(sign_in.new_codes(id, "wrong").await, Err(Error::Wrong)));
        let newer = sign_in.new_codes(id, PASSWORD).await.unwrap();
        assert_eq!(sign_in.second_factor(id, &codes[4]).await.unwrap(), WRONG);
        assert_eq!(entered(sign_in.second_factor(id, &newer[0]).await.unwrap()).codes_left, Some(9));
        let other = world.person("li.si", "police", "520102", &[]).await;
        enrol(&world, other, START).await;
        assert_eq!(sign_in.second_factor(other, &newer[1]).await.unwrap(), WRONG, "another's code");
        sign_in.remove_factor(id, PASSWORD).await.unwrap();
        assert_eq!(account::codes_left(&world.db, id).await.unwrap(), 0);
        entered(enter(&world, "zhang.wei", PASSWORD, START).await);
    }
}

async fn session(world: &World, id: AccountId, token: &str) {
    let mut tx = world.db.begin().await.unwrap();
    let new = Session {
        token_hash: token.to_owned(),
        account: Some(id),
        data: "{}".to_owned(),
        created_at: START,
        seen_at: START,
        expires_at: START + 3_600 * SECOND,
        address: None,
        agent: None,
    };
    session::put(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sessions(world: &World, id: AccountId) -> Vec<String> {
    let all = session::of_account(&world.db, id, START).await.unwrap();
    all.into_iter().map(|session| session.token_hash).collect()
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        session(&world, id, "mine").await;
        session(&world, id, "elsewhere").await;
        session(&world, world.admin, "admin").await;
        let by = at(START);
        let sign_in = world.sign_in(&by);
        let new = "a bridge over the nanming river";
        assert!(matches!(sign_in.change_password(id, "wrong", new, Some("mine")).await, Err(Error::Wrong)));
        let weak = sign_in.change_password(id, PASSWORD, "woaini1314520", Some("mine")).await.unwrap_err();
        assert!(matches!(&weak, Error::Weak(all) if *all == [Weakness::Frequent]), "{weak}");
        let same = sign_in.change_password(id, PASSWORD, PASSWORD, None).await.unwrap_err();
        assert!(matches!(&same, Error::Weak(all) if *all == [Weakness::Same]), "{same}");
        assert_eq!(sessions(&world, id).await.len(), 2);
        sign_in.change_password(id, PASSWORD, new, Some("mine")).await.unwrap();
        assert_eq!(sessions(&world, id).await, ["mine"]);
        assert_eq!(sessions(&world, world.admin).await, ["admin"]);
        assert_eq!(enter(&world, "zhang.wei", PASSWORD, START).await, WRONG);
        entered(enter(&world, "zhang.wei", new, START).await);
    }
}

#[tokio::test]
async fn a_password_given_out_by_others_must_be_changed_and_ends_sessions_and_lock() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        session(&world, id, "old").await;
        for _ in 0..5 {
            enter(&world, "zhang.wei", "wrong", START).await;
        }
        let by = world.by(world.admin).await;
        let first = world.people(&by).reset_password(id, &world.guard).await.unwrap();
        assert!(sessions(&world, id).await.is_empty());
        assert!(entered(enter(&world, "zhang.wei", &first, START).await).must_change_password);
        let nobody = at(START);
        world.sign_in(&nobody).change_password(id, &first, "a bridge over the river", None).await.unwrap();
        let person = entered(enter(&world, "zhang.wei", "a bridge over the river", START).await);
        assert!(!person.must_change_password);
    }
}

#[tokio::test]
async fn somebody_of_the_directory_signs_in_by_subject_and_not_by_password() {
    for world in worlds().await {
        let id = world.person("zhang.wei", "police", "520102", &[]).await;
        let (account, by) = (world.account(id).await, at(START));
        let machine = By::command_line(START);
        let office = account.office();
        let people = world.people(&machine);
        people.change(id, account.version, &account.name, office, None, Some("sub-1")).await.unwrap();
        assert_eq!(entered(world.sign_in(&by).directory("sub-1").await.unwrap()).account, id);
        assert_eq!(world.sign_in(&by).directory("sub-2").await.unwrap(), WRONG);
        people.disable(id, account.version + 1, "调离").await.unwrap();
        let refused = world.sign_in(&by).directory("sub-1").await.unwrap();
        assert_eq!(refused, Outcome::Refused(Refusal::Disabled));
        assert_eq!(token::revoke_all(&mut world.db.begin().await.unwrap(), id, START).await.unwrap(), 0);
    }
}
