//! A small city on a fresh database: an administrator, offices, and whoever a story needs.

use mingjing_casework::keys::Keys;
use mingjing_casework::people::{By, First, NewOffice, NewPerson, People, actor, first_administrator};
use mingjing_casework::permission::{Actor, Gate, Role};
use mingjing_casework::sign_in::{Guard, Rules, SignIn};
use mingjing_model::id::{AccountId, AgencyId, OfficeId};
use mingjing_model::time::Micros;
use mingjing_store::account::{self, Account, NewGrant};
use mingjing_store::{Db, migrate, office, on};
use mingjing_testkit::databases::{Database, databases};

/// 2026-06-30 08:00 in Shanghai.
pub const START: Micros = 1_782_777_600_000_000;
pub const SECOND: Micros = 1_000_000;
pub const PASSWORD: &str = "mirror-of-guiyang-5201";

/// A city on one database.
pub struct World {
    pub db: Db,
    pub gate: Gate,
    pub guard: Guard,
    pub keys: Keys,
    pub admin: AccountId,
    _database: Database,
}

/// Rules whose hashes cost little; everything else as compiled in.
pub fn quick() -> Rules {
    let mut rules = Rules::embedded();
    (rules.hash.memory_kib, rules.hash.passes) = (64, 1);
    rules
}

/// The same small city on both databases.
pub async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in databases() {
        let db = Db::open(&database.address).await.unwrap();
        migrate::migrate(&db).await.unwrap();
        let (gate, guard) = (Gate::load().unwrap(), Guard::new(quick()).unwrap());
        let first = First {
            login: "Admin".to_owned(),
            name: "赵甲子".to_owned(),
            password: PASSWORD.to_owned(),
            city: "5201".to_owned(),
            city_name: None,
        };
        let by = By::command_line(START);
        let admin = first_administrator(&db, &gate, &guard, &by, &first).await.unwrap();
        worlds.push(World { db, gate, guard, keys: Keys::from_secret([7; 32]), admin, _database: database });
    }
    worlds
}

impl World {
    pub fn name(&self) -> &'static str {
        if self.db.is_postgres() { "postgres" } else { "sqlite" }
    }

    /// The office of an agency for a division, made when it is missing.
    pub async fn office(&self, agency: &str, division: &str) -> OfficeId {
        let offices = office::offices(&self.db).await.unwrap();
        if let Some(office) = offices.iter().find(|one| one.agency == agency && one.division == division) {
            return office.id();
        }
        let agencies = office::agencies(&self.db).await.unwrap();
        let id = AgencyId(agencies.iter().find(|one| one.kind == agency).unwrap().id);
        let name = format!("{division} {agency}");
        let new = NewOffice { agency: id, division: division.to_owned(), name };
        self.by_command_line(|people| async move { people.create_office(&new).await.unwrap() }).await
    }

    async fn by_command_line<T, F: Future<Output = T>>(&self, deed: impl FnOnce(People<'static>) -> F) -> T {
        // Leaked: a test ends soon, and a closure over a borrow would need a boxed future.
        let by: &'static By = Box::leak(Box::new(By::command_line(START)));
        let db: &'static Db = Box::leak(Box::new(self.db.clone()));
        let gate: &'static Gate = Box::leak(Box::new(Gate::load().unwrap()));
        deed(People { db, gate, by }).await
    }

    /// Somebody in an office, who may sign in by [`PASSWORD`] without changing it first.
    pub async fn person(&self, login: &str, agency: &str, division: &str, roles: &[Role]) -> AccountId {
        let office = self.office(agency, division).await;
        let by = By::command_line(START);
        let people = self.people(&by);
        let new = NewPerson {
            login: login.to_owned(),
            name: format!("姓名{login}"),
            office,
            telephone: None,
            language: "zh-CN".to_owned(),
        };
        let id = people.create_with(&new, &self.guard, PASSWORD).await.unwrap();
        for role in roles {
            people.grant(&grant(id, *role, office)).await.unwrap();
        }
        let mut tx = self.db.begin().await.unwrap();
        let hash = self.guard.hasher.hash(PASSWORD).await.unwrap();
        account::set_password(&mut tx, id, &hash, START, false).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub fn people<'a>(&'a self, by: &'a By) -> People<'a> {
        People { db: &self.db, gate: &self.gate, by }
    }

    pub fn sign_in<'a>(&'a self, by: &'a By) -> SignIn<'a> {
        SignIn { db: &self.db, guard: &self.guard, vault: &self.keys, by }
    }

    pub async fn actor(&self, id: AccountId) -> Actor {
        actor(&self.db, id, START).await.unwrap().unwrap()
    }

    /// Somebody doing something now.
    pub async fn by(&self, id: AccountId) -> By {
        By::actor(self.actor(id).await, START, "r1", Some("192.0.2.1"))
    }

    pub async fn account(&self, id: AccountId) -> Account {
        account::find(&self.db, id).await.unwrap().unwrap()
    }

    /// Audit entries as `action name subject_kind detail`, in order; entries of the foundation left out.
    pub async fn log(&self, action: &str) -> Vec<String> {
        const SQL: &str = "select action, account_name, subject_kind, detail from audit_entry \
                           where action = $1 and account_name <> '命令行' order by at, id";
        let rows: Vec<(String, String, String, String)> =
            on!(&self.db, p => sqlx::query_as(SQL).bind(action).fetch_all(p).await).unwrap();
        rows.into_iter()
            .map(|(action, name, kind, detail)| format!("{action} {name} {kind} {detail}"))
            .collect()
    }

    /// The number of the last change that can be taken back.
    pub async fn last_change(&self) -> i64 {
        on!(&self.db, p => sqlx::query_scalar("select max(id) from change_event").fetch_one(p).await).unwrap()
    }
}

pub fn grant(account: AccountId, role: Role, office: OfficeId) -> NewGrant {
    let role = role.word().to_owned();
    NewGrant { account, role, office, since_day: "2026-01-01".to_owned(), until_day: None }
}
