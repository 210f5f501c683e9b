use super::*;

fn caller(capabilities: &[Capability], user: Option<UserId>) -> Principal {
    Principal { name: "caller".into(), user, capabilities: capabilities.to_vec() }
}

#[test]
fn who_sees_whom() {
    let himself = UserId(9);
    let plain = User::named(himself, "plain");
    let other = User::named(UserId(5), "other");
    let administrator = User { is_administrator: true, ..User::named(UserId(1), "admin") };
    let everybody = [&plain, &other, &administrator];
    let sees = |capabilities: &[Capability], user| {
        let sight = Sight::of(&caller(capabilities, user));
        everybody.map(|user| u8::from(sight.covers(user)))
    };
    assert_eq!(sees(&[Capability::Admin], Some(himself)), [1, 1, 1]);
    assert_eq!(sees(&[Capability::SaasAdmin, Capability::Admin], None), [1, 1, 1], "the wider one counts");
    assert_eq!(sees(&[Capability::SaasAdmin], Some(himself)), [1, 1, 0]);
    assert_eq!(sees(&[Capability::AdminManager], Some(himself)), [1, 0, 0]);
    assert_eq!(sees(&[], Some(himself)), [1, 0, 0]);
    assert_eq!(sees(&[Capability::OpsRead], None), [0, 0, 0], "a service is no user");
}

#[test]
fn flags_have_words() {
    for flag in NotificationFlag::ALL {
        assert_eq!(NotificationFlag::from_name(flag.name()), Some(flag));
    }
    assert_eq!(NotificationFlag::from_name("OTHER"), None);
}
