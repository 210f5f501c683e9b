//! Deploys amid everything else that writes users: names that change hands, and events in random order.
//!
//! Easy to get wrong: names and numbers come from a few, so that they meet again. Where they were many, hardly any run would
//! find what goes wrong when a name is another's by the time of the turn.

use offstage::{
    domain::{
        deploy::DeployType,
        state::Event,
        task::{TaskId, TaskKind, UserId},
        user::{
            judge,
            patch::{Patch, UserPatch},
        },
    },
    store::{
        accounts::{Change, Grant, NewAccount},
        deploys::{Ordered, Prepared, Turned},
        directory::NewUser,
        queue::{Claim, Committed, Lease},
        tasks::Cancelled,
        users::changes::{Created, Update},
    },
};
use offstage_tests::{
    audit::users_of,
    fixtures,
    redis::PrivateRedis,
    world::{LONG, World},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// Names of whoever comes.
const NAMES: [&str; 4] = ["ann", "bob", "eve", "joe"];
/// Numbers of whoever is imported.
const NUMBERS: [u64; 5] = [5, 6, 7, 8, 9];

/// A world, and the deploy that a worker has.
struct Amid {
    world: World,
    random: StdRng,
    held: Option<Lease>,
    is_prepared: bool,
    turned: usize,
}

impl Amid {
    fn chance(&mut self) -> bool {
        self.random.random()
    }

    fn name(&mut self) -> String {
        (*NAMES.choose(&mut self.random).unwrap()).to_owned()
    }

    /// Anybody who is staged; the built-in administrator too.
    fn someone(&mut self) -> u64 {
        let staged: Vec<u64> = self.world.raw("ZRANGE", "staged:users", &["0", "-1"]);
        *staged.choose(&mut self.random).expect("an administrator is left")
    }

    fn role(&mut self) -> u64 {
        self.random.random_range(1..=2)
    }

    /// One event. What it is refused is not looked at: that no refusal writes is looked at elsewhere.
    async fn step(&mut self) {
        match self.random.random_range(0..12) {
            0 => self.create().await,
            1 => self.import().await,
            2 => self.add().await,
            3 => self.change_staged().await,
            4 => self.change_both().await,
            5 | 6 => self.ask_for_a_deletion().await,
            7 => drop(self.world.store.submit_deploy(&fixtures::deploy(DeployType::Full)).await.unwrap()),
            8 => self.work().await,
            9 => self.prepare().await,
            10 => self.turn().await,
            _ if self.chance() => drop(self.world.store.sweep_generation().await.unwrap()),
            _ => self.cancel().await,
        }
    }

    async fn create(&mut self) {
        let new = judge::NewUser { username: self.name(), is_administrator: self.chance() };
        let wanted = UserPatch { user_role_id: Patch::Value(2), ..UserPatch::default() };
        self.world.store.create_user(&new, &wanted, None).await.unwrap();
    }

    async fn import(&mut self) {
        let id = *NUMBERS.choose(&mut self.random).unwrap();
        let user = NewUser { username: self.name(), is_administrator: self.chance(), ..fixtures::user(id) };
        let restore = self.chance();
        self.world.store.load_users(&[user], restore).await.unwrap();
    }

    async fn add(&mut self) {
        let account = NewAccount { username: self.name(), email: None };
        let role = self.role();
        let grant = Grant { roles: vec![role], is_administrators: role == 1 };
        self.world.store.add_users(&[account], &grant).await.unwrap();
    }

    async fn change_staged(&mut self) {
        let (user, role) = (UserId(self.someone()), self.role());
        let wanted = UserPatch { user_role_id: Patch::Value(role), ..UserPatch::default() };
        let change = Update {
            wanted: &wanted,
            password_hash: None,
            staged_fields: true,
            makes_administrator: Some(role == 1),
            awaits_deploy: true,
        };
        let snapshot = self.world.store.snapshot(user).await.unwrap();
        self.world.store.update_user(user, &snapshot, &change).await.unwrap();
    }

    async fn change_both(&mut self) {
        let (user, role) = (UserId(self.someone()), self.role());
        let change = Change {
            grant: Some(Grant { roles: vec![role], is_administrators: role == 1 }),
            keeps_roles: self.chance(),
            may_change_administrators: self.chance(),
            email: None,
        };
        self.world.store.update_users(&[user], &change).await.unwrap();
    }

    async fn ask_for_a_deletion(&mut self) {
        let user = self.someone();
        let asked =
            if self.chance() { fixtures::submission(user) } else { fixtures::platform_deletion(user) };
        self.world.store.submit(&[asked]).await.unwrap();
    }

    /// A worker takes the next task: a deletion takes effect, a deploy is begun.
    async fn work(&mut self) {
        let claim = self.world.store.claim(1, "w", LONG).await.unwrap();
        let Claim::Taken { tasks, .. } = claim else { panic!("nobody pauses the queue") };
        let Some(task) = tasks.first() else { return };
        if task.kind == TaskKind::Deploy {
            self.held = Some(task.lease);
            self.is_prepared = false;
        } else if self.world.commit(task.lease).await != Committed::Done {
            assert!(self.world.settle(task.lease, Event::Refuse, 0).await);
        }
    }

    async fn prepare(&mut self) {
        let Some(lease) = self.held.filter(|_| !self.is_prepared) else { return };
        assert_eq!(self.world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
        self.is_prepared = true;
    }

    async fn turn(&mut self) {
        let Some(lease) = self.held.filter(|_| self.is_prepared) else { return };
        assert_eq!(self.world.store.turn_deploy(lease, "w").await.unwrap(), Turned::Done);
        self.held = None;
        self.turned += 1;
        let dump = self.world.dump();
        assert_eq!(users_of(&dump, "staged:"), users_of(&dump, &self.world.deployed()));
    }

    /// Gives the deploy up that a worker has.
    async fn cancel(&mut self) {
        let Some(lease) = self.held.take() else { return };
        assert_eq!(self.world.store.cancel(lease.task, "c").await.unwrap(), Cancelled::Kept);
        assert!(self.world.settle(lease, Event::GiveUp, 0).await);
    }
}

#[tokio::test]
async fn whatever_happens_amid_deploys_both_sides_stay_whole() {
    let redis = PrivateRedis::start().await;
    let mut turned = 0;
    for seed in 0..12 {
        let random = StdRng::seed_from_u64(seed);
        let world = World::new(&redis).await;
        let mut amid = Amid { world, random, held: None, is_prepared: false, turned: 0 };
        for number in 0..250 {
            println!("seed {seed}, step {number}");
            amid.step().await;
            amid.world.audit();
        }
        turned += amid.turned;
    }
    assert!(turned > 10, "only {turned} deploys took effect");
}

async fn begun(world: &World) -> (TaskId, Lease) {
    let deploy = fixtures::deploy(DeployType::Full);
    let Ordered::Created { id, .. } = world.store.submit_deploy(&deploy).await.unwrap() else {
        panic!("no deploy runs")
    };
    let lease = world.claim(LONG).await.lease;
    assert_eq!(world.store.prepare_deploy(lease, None).await.unwrap(), Prepared::All);
    (id, lease)
}

#[tokio::test]
async fn a_name_that_has_changed_hands_is_its_new_owners() {
    let redis = PrivateRedis::start().await;
    // Which of them is taken first again is Redis's choice: with so many, both orders come.
    for _ in 0..16 {
        let world = World::new(&redis).await;
        fixtures::users(&world.store, [77]).await;
        let (_, lease) = begun(&world).await;
        fixtures::submit_one(&world.store, fixtures::platform_deletion(77)).await;
        assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done);
        let new = judge::NewUser { username: "user77".into(), is_administrator: false };
        let created = world.store.create_user(&new, &UserPatch::default(), None).await.unwrap();
        let Created::Created(id) = created else { panic!("{created:?}") };
        assert_eq!(world.store.turn_deploy(lease, "w").await.unwrap(), Turned::Done);
        world.audit();
        assert_eq!(world.store.account("user77").await.unwrap().map(|account| account.id), Some(id));
    }
}

#[tokio::test]
async fn what_is_prepared_and_may_not_take_effect_waits_unchanged() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    // Not by any script: each of them looks.
    world.set("HSET", "staged:user:1", &["admin", "0"]);
    world.set("DEL", "staged:admins", &[]);
    let (_, lease) = begun(&world).await;
    let turn = world.store.turn_deploy(lease, "w");
    assert_eq!(world.unchanged("turn", turn).await.unwrap(), Turned::LastAdministrator);
}
