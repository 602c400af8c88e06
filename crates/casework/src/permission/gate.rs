//! The one place where policies are evaluated.

use super::policies::{EMBEDDED, Fault, Policies};
use super::{Action, Actor, Clause, Kind, Place, Post, Resource, Role, Scope};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};
use mingjing_model::division::Level;
use mingjing_model::id::AccountId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

/// The policies do not fit: one fault a line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Faulty(pub Vec<Fault>);

/// The policies, ready to be asked.
#[derive(Debug)]
pub struct Gate {
    policies: PolicySet,
    authorizer: Authorizer,
    /// Kinds of agencies that steer the others.
    steering: BTreeSet<String>,
    names: Names,
    /// Scopes found so far: they depend on the post and not on who holds it.
    found: RwLock<HashMap<(Post, Action, Kind), Arc<Permitted>>>,
}

/// The samples a post is permitted: with some thing of the kind, and with every thing. Both are the same but for
/// grants, where the role that is granted counts.
#[derive(Debug)]
struct Permitted {
    some: Vec<Sample>,
    every: Vec<Sample>,
}

/// The names of Cedar's types, parsed once.
#[derive(Debug)]
struct Names {
    post: EntityTypeName,
    place: EntityTypeName,
    role: EntityTypeName,
    action: EntityTypeName,
    kinds: BTreeMap<Kind, EntityTypeName>,
}

/// A sample thing as seen from a post, and the clause that describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sample {
    agency: Is,
    place: Where,
    owner: Is,
}

/// Whose a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Nobodys,
    Anothers,
    Own,
}

/// Where a sample lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Where {
    Nowhere,
    /// In a division that is neither above nor below.
    Apart(String),
    Above(String),
    Here,
    Below(String),
}

impl Names {
    fn new() -> Names {
        let name = |text: &str| EntityTypeName::from_str(text).expect("a plain word is a name");
        Names {
            post: name("Post"),
            place: name("Place"),
            role: name("Role"),
            action: name("Action"),
            kinds: Kind::ALL.iter().map(|&kind| (kind, name(&capitals(kind.word())))).collect(),
        }
    }
}

/// `role_grant` as `RoleGrant`.
fn capitals(word: &str) -> String {
    let part = |part: &str| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    };
    word.split('_').map(part).collect()
}

fn uid(name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
}

/// The codes above a division, widest first.
fn above(code: &str) -> impl Iterator<Item = &str> {
    [4, 6, 9].into_iter().filter(|&digits| digits < code.len()).map(|digits| &code[..digits])
}

impl Gate {
    /// Reads the policies that are compiled in.
    ///
    /// # Errors
    /// The policies do not fit their schema.
    pub fn load() -> Result<Gate, Faulty> {
        Policies::parse(&EMBEDDED).map(Gate::new).map_err(Faulty)
    }

    pub(crate) fn new(policies: Policies) -> Gate {
        let steering = policies.agencies.into_iter().filter(|agency| agency.steers).map(|agency| agency.kind);
        Gate {
            policies: policies.set,
            authorizer: Authorizer::new(),
            steering: steering.collect(),
            names: Names::new(),
            found: RwLock::default(),
        }
    }

    /// May one of the actor's posts do this? What no policy permits is forbidden.
    pub fn may(&self, actor: &Actor, action: Action, resource: &Resource) -> bool {
        actor.posts.iter().any(|post| self.permits(post, actor.account, action, resource))
    }

    /// May the actor do this with any thing of the kind at all? For menus and routes.
    pub fn may_any(&self, actor: &Actor, action: Action, kind: Kind) -> bool {
        actor.posts.iter().any(|post| !self.samples(post, action, kind).some.is_empty())
    }

    /// The things of a kind with which the actor may do this.
    ///
    /// Exact for listing and reading (`check` and a test on generated worlds prove it). For an action that is
    /// forbidden on one's own things, or that depends on the role of a grant, it names fewer things than permitted,
    /// never more: ask [`Gate::may`] for each.
    pub fn scope(&self, actor: &Actor, action: Action, kind: Kind) -> Scope {
        let mut clauses = Vec::new();
        for post in &actor.posts {
            let permitted = self.samples(post, action, kind);
            clauses.extend(clauses_of(post, actor.account, &permitted.every));
        }
        Scope::simplified(clauses)
    }

    /// A sample that is permitted and that no clause describes.
    pub(crate) fn missed(&self, post: &Post, action: Action, kind: Kind) -> Option<String> {
        let permitted = self.samples(post, action, kind);
        let scope = Scope(clauses_of(post, ME, &permitted.every));
        let missed = permitted.some.iter().find(|sample| !scope.holds(&sample.resource(post, kind, "")));
        missed.map(|sample| format!("of {sample:?}"))
    }

    /// The samples a post is permitted.
    fn samples(&self, post: &Post, action: Action, kind: Kind) -> Arc<Permitted> {
        let key = (post.clone(), action, kind);
        if let Some(found) = self.found.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return found.clone();
        }
        let ids: Vec<&str> = match kind {
            Kind::RoleGrant => Role::ALL.iter().map(|role| role.word()).collect(),
            _ => vec![""],
        };
        let permits =
            |sample: &Sample, id: &&str| self.permits(post, ME, action, &sample.resource(post, kind, id));
        let (mut some, mut every) = (Vec::new(), Vec::new());
        for sample in all_samples(post) {
            let permitted = ids.iter().filter(|id| permits(&sample, id)).count();
            if permitted == ids.len() {
                every.push(sample.clone());
            }
            if permitted > 0 {
                some.push(sample);
            }
        }
        let permitted = Arc::new(Permitted { some, every });
        self.found.write().unwrap_or_else(PoisonError::into_inner).insert(key, permitted.clone());
        permitted
    }

    fn permits(&self, post: &Post, account: AccountId, action: Action, resource: &Resource) -> bool {
        // A post whose division is none has no reach.
        let Some(level) = Level::of(&post.division) else { return false };
        let request = Request::new(
            uid(&self.names.post, "me"),
            uid(&self.names.action, action.word()),
            uid(&self.names.kinds[&resource.kind], &resource.id),
            Context::empty(),
            None,
        );
        let entities = self.entities(post, level, account, resource);
        match (request, entities) {
            (Ok(request), Ok(entities)) => {
                let answer = self.authorizer.is_authorized(&request, &self.policies, &entities);
                // A policy that fails to evaluate is ignored by Cedar; a prohibition must not get lost so.
                answer.decision() == Decision::Allow && answer.diagnostics().errors().next().is_none()
            }
            _ => false,
        }
    }

    /// The post, the thing and the divisions of both.
    fn entities(
        &self,
        post: &Post,
        level: Level,
        account: AccountId,
        resource: &Resource,
    ) -> Result<Entities, Box<dyn std::error::Error>> {
        let mut places = Vec::new();
        let mut known = BTreeSet::new();
        let mut place = |code: &str| {
            let mut parent = None;
            for code in above(code).chain([code]) {
                let this = uid(&self.names.place, code);
                if known.insert(code.to_owned()) {
                    let parents = HashSet::from_iter(parent.replace(this.clone()));
                    places.push(Entity::new_no_attrs(this, parents));
                } else {
                    parent = Some(this);
                }
            }
            uid(&self.names.place, code)
        };
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let attributes = HashMap::from([
            ("account".to_owned(), RestrictedExpression::new_long(account.0)),
            ("office".to_owned(), RestrictedExpression::new_long(post.office.0)),
            ("agency".to_owned(), text(&post.agency)),
            ("steers".to_owned(), RestrictedExpression::new_bool(self.steering.contains(&post.agency))),
            ("level".to_owned(), text(level.word())),
            ("division".to_owned(), RestrictedExpression::new_entity_uid(place(&post.division))),
        ]);
        let role = uid(&self.names.role, post.role.word());
        let principal = Entity::new(uid(&self.names.post, "me"), attributes, HashSet::from([role]))?;
        let mut attributes = HashMap::from([("id".to_owned(), text(&resource.id))]);
        let mut parents = HashSet::new();
        if let Some(agency) = &resource.agency {
            attributes.insert("agency".to_owned(), text(agency));
        }
        if let Some(division) = &resource.division {
            // What is no code lies apart from everything.
            let place =
                if Level::of(division).is_some() { place(division) } else { uid(&self.names.place, "?") };
            attributes.insert("division".to_owned(), RestrictedExpression::new_entity_uid(place.clone()));
            parents.insert(place);
        }
        if let Some(owner) = resource.owner {
            attributes.insert("owner".to_owned(), RestrictedExpression::new_long(owner.0));
        }
        let thing = Entity::new(uid(&self.names.kinds[&resource.kind], &resource.id), attributes, parents)?;
        places.extend([principal, thing]);
        Ok(Entities::from_entities(places, None)?)
    }
}

/// Who asks about samples.
const ME: AccountId = AccountId(1);
/// Whose other samples are.
const ANOTHER: AccountId = AccountId(2);

impl Sample {
    fn resource(&self, post: &Post, kind: Kind, id: &str) -> Resource {
        // No agency of data/policy/agency.yaml has this name.
        let another = || "another agency".to_owned();
        let whose = |is: Is, own: AccountId| match is {
            Is::Nobodys => None,
            Is::Anothers => Some(ANOTHER),
            Is::Own => Some(own),
        };
        Resource {
            kind,
            id: id.to_owned(),
            agency: match self.agency {
                Is::Nobodys => None,
                Is::Anothers => Some(another()),
                Is::Own => Some(post.agency.clone()),
            },
            division: match &self.place {
                Where::Nowhere => None,
                Where::Here => Some(post.division.clone()),
                Where::Apart(code) | Where::Above(code) | Where::Below(code) => Some(code.clone()),
            },
            owner: whose(self.owner, ME),
        }
    }
}

/// Every sort of thing a policy can tell apart from a post: whose agency, where, whose.
fn all_samples(post: &Post) -> impl Iterator<Item = Sample> {
    const ALL: [Is; 3] = [Is::Nobodys, Is::Anothers, Is::Own];
    let places = places(&post.division);
    places.into_iter().flat_map(|place| {
        ALL.into_iter().flat_map(move |agency| {
            let place = place.clone();
            ALL.into_iter().map(move |owner| Sample { agency, place: place.clone(), owner })
        })
    })
}

fn places(division: &str) -> Vec<Where> {
    let far = if division.starts_with("00") { "11" } else { "00" };
    let mut places = vec![Where::Nowhere, Where::Here, Where::Apart(far.repeat(2))];
    places.extend(above(division).map(|code| Where::Above(code.to_owned())));
    let below = ["01", "001", "001"];
    let mut code = division.to_owned();
    for part in &below[above(division).count().min(below.len())..] {
        code.push_str(part);
        places.push(Where::Below(code.clone()));
    }
    // A neighbour below the same division.
    if let Some(parent) = above(division).last() {
        let own = &division[parent.len()..];
        let other = if own.ends_with('1') { "2" } else { "1" };
        places.push(Where::Apart(format!("{parent}{}{other}", &own[..own.len() - 1])));
    }
    places
}

/// The widest clauses of which every sample is permitted.
fn clauses_of(post: &Post, account: AccountId, permitted: &[Sample]) -> Vec<Clause> {
    let all: Vec<Sample> = all_samples(post).collect();
    let mut places = vec![
        Place::Anywhere,
        Place::Nowhere,
        Place::Within(post.division.clone()),
        Place::Only(post.division.clone()),
    ];
    places.extend(above(&post.division).map(|code| Place::Only(code.to_owned())));
    let mut clauses = Vec::new();
    for place in places {
        for (agency, owner) in [(false, false), (false, true), (true, false), (true, true)] {
            let clause = |account| Clause {
                agency: agency.then(|| post.agency.clone()),
                place: place.clone(),
                owner: owner.then_some(account),
            };
            let sample = clause(ME);
            // The kind plays no part in whether a clause holds.
            let mut held =
                all.iter().filter(|one| sample.holds(&one.resource(post, Kind::Audit, ""))).peekable();
            if held.peek().is_some() && held.all(|one| permitted.contains(one)) {
                clauses.push(clause(account));
            }
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_model::id::OfficeId;

    #[test]
    fn words_become_the_names_of_the_schema() {
        assert_eq!(capitals("role_grant"), "RoleGrant");
        assert_eq!(capitals("duty"), "Duty");
    }

    #[test]
    fn samples_lie_above_here_below_and_apart() {
        let above = |code: &str| Where::Above(code.to_owned());
        let apart = |code: &str| Where::Apart(code.to_owned());
        let street = places("520102031");
        assert!(street.contains(&above("5201")) && street.contains(&above("520102")));
        assert!(street.contains(&Where::Below("520102031001".to_owned())));
        assert!(street.contains(&apart("520102032")) && street.contains(&apart("0000")));
        assert!(places("0001").contains(&apart("1111")));
        assert!(!places("520102031901").iter().any(|place| matches!(place, Where::Below(_))));
    }

    #[test]
    fn a_post_in_no_division_may_nothing_and_an_actor_without_posts_neither() {
        let gate = Gate::load().unwrap();
        let mut actor = Actor {
            account: AccountId(1),
            login: String::new(),
            name: String::new(),
            office: OfficeId(1),
            posts: Vec::new(),
        };
        let own = Resource::new(Kind::Session, 1).owned_by(AccountId(1));
        assert!(!gate.may(&actor, Action::List, &own));
        assert!(!gate.may_any(&actor, Action::List, Kind::Session));
        let post = |division: &str| Post {
            role: Role::Auditor,
            office: OfficeId(1),
            agency: "coordination".to_owned(),
            division: division.to_owned(),
        };
        actor.posts = vec![post("52")];
        assert!(!gate.may(&actor, Action::List, &own));
        actor.posts = vec![post("5201")];
        assert!(gate.may(&actor, Action::List, &own) && gate.may_any(&actor, Action::List, Kind::Session));
    }
}
