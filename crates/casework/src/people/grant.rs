//! Roles: granted and taken back.

use super::{Error, Kept, People, day, keep};
use crate::permission::{Action, Kind, Resource, Role};
use mingjing_model::id::AccountId;
use mingjing_store::account::{self, Grant, NewGrant};
use serde_json::{Value, json};

/// A grant as the policies see it: by its role, held by its office, owned by its holder.
pub fn resource(grant: &Grant) -> Resource {
    let owner = AccountId(grant.account_id);
    Resource::new(Kind::RoleGrant, &grant.role).held_by(&grant.agency, &grant.division).owned_by(owner)
}

fn snapshot(grant: &Grant, is_held: bool) -> Value {
    json!({
        "account": grant.account_id, "role": grant.role, "office": grant.office_id,
        "since": grant.since_day, "until": grant.until_day, "held": is_held,
    })
}

impl People<'_> {
    /// Grants a role in an office for a time. Gives the number of the grant.
    ///
    /// # Errors
    /// [`Error::Forbidden`] (beyond one's reach, to oneself, the auditor's role by others than coordinators),
    /// [`Error::Refused`]; the database.
    pub async fn grant(&self, new: &NewGrant) -> Result<i64, Error> {
        let role: Role = new.role.parse().map_err(|why: String| Error::refused("role", "role", why))?;
        let office = self.open_office(new.office).await?;
        let what = Resource::new(Kind::RoleGrant, role).held_by(&office.agency, &office.division);
        self.allow(Action::Create, &what.owned_by(new.account))?;
        let account = self.account(new.account).await?;
        if account.disabled_at.is_some() {
            return Err(Error::refused("disabled", "account", "账号已停用。The account is disabled"));
        }
        let since = day("since", &new.since_day)?;
        let until = new.until_day.as_deref().map(|until| day("until", until)).transpose()?;
        if until.as_deref().is_some_and(|until| until < since.as_str()) {
            return Err(Error::refused("until", "until", "止日早于起日。The last day is before the first"));
        }
        self.fits(role, &account::grants(self.db, new.account).await?, new.office.0, None)?;
        let new = NewGrant { since_day: since, until_day: until, ..new.clone() };
        let mut tx = self.db.begin().await?;
        let id = account::insert_grant(&mut tx, &new, self.by.account(), self.by.at).await?;
        let after = json!({
            "account": new.account, "role": new.role, "office": new.office,
            "since": new.since_day, "until": new.until_day, "held": true,
        });
        let kept = Kept {
            kind: Kind::RoleGrant,
            id: id.to_string(),
            action: "role_granted",
            division: Some(&office.division),
            before: None,
            detail: json!({"role": new.role, "account": new.account, "name": account.name, "office": new.office}),
            after: Some(after),
            undoes: None,
        };
        keep(&mut tx, self.by, kept).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes a role back.
    ///
    /// # Errors
    /// [`Error::Forbidden`] (also one's own), [`Error::Refused`] for the last administrator, [`Error::Changed`]; the
    /// database.
    pub async fn revoke(&self, id: i64, version: i64) -> Result<(), Error> {
        let grant = self.found(id).await?;
        self.set_held(&grant, version, false, "role_revoked", None).await
    }

    pub(crate) async fn found(&self, id: i64) -> Result<Grant, Error> {
        account::grant(self.db, id).await?.ok_or_else(|| Error::missing(Kind::RoleGrant, id))
    }

    /// Takes a role back, or lets it be held again.
    pub(crate) async fn set_held(
        &self,
        grant: &Grant,
        version: i64,
        is_held: bool,
        action: &'static str,
        undoes: Option<i64>,
    ) -> Result<(), Error> {
        let holder = AccountId(grant.account_id);
        if is_held {
            self.allow(Action::Create, &resource(grant))?;
            let role: Role = grant.role.parse().map_err(|why: String| Error::refused("role", "role", why))?;
            self.fits(role, &account::grants(self.db, holder).await?, grant.office_id, Some(grant.id))?;
        } else {
            self.allow(Action::Delete, &resource(grant))?;
            if grant.role == Role::Administrator.word() {
                self.keep_one_administrator(holder).await?;
            }
        }
        let mut tx = self.db.begin().await?;
        let (by, at) = if is_held { (None, None) } else { (self.by.account(), Some(self.by.at)) };
        if let Err(error) = account::set_revoked(&mut tx, grant.id, version, by, at).await {
            return Err(self.told(error.into()).await);
        }
        let kept = Kept {
            kind: Kind::RoleGrant,
            id: grant.id.to_string(),
            action,
            division: Some(&grant.division),
            before: Some(snapshot(grant, !is_held)),
            after: Some(snapshot(grant, is_held)),
            detail: json!({
                "role": grant.role, "account": holder, "name": grant.account_name, "office": grant.office_id,
            }),
            undoes,
        };
        keep(&mut tx, self.by, kept).await?;
        Ok(tx.commit().await?)
    }

    /// Nobody is auditor and something else, or holds the same role in the same office twice.
    fn fits(&self, role: Role, held: &[Grant], office: i64, but: Option<i64>) -> Result<(), Error> {
        let today = self.today();
        for other in held.iter().filter(|other| other.is_open(&today) && Some(other.id) != but) {
            let is_auditor = other.role == Role::Auditor.word();
            if is_auditor != (role == Role::Auditor) {
                let message = "审计员不得兼任其他角色。An auditor holds no other role";
                return Err(Error::refused("auditor_alone", "role", message));
            }
            if other.role == role.word() && other.office_id == office {
                return Err(Error::refused(
                    "held",
                    "role",
                    "已在该机构任此角色。This role is held there already",
                ));
            }
        }
        Ok(())
    }

    /// Refuses when the person is the only administrator there is.
    pub(crate) async fn keep_one_administrator(&self, holder: AccountId) -> Result<(), Error> {
        let (role, today) = (Role::Administrator.word(), self.today());
        let holds = account::posts(self.db, holder, &today).await?.iter().any(|post| post.role == role);
        if holds && account::holders(self.db, role, &today).await? <= 1 {
            let message = "至少保留一名系统管理员，请先任用他人。Grant the role to somebody else first";
            return Err(Error::refused("last_administrator", "role", message));
        }
        Ok(())
    }
}
