//! The words of the policies: roles, actions, kinds of things.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that is stored and written.
            pub fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = String;

            /// Reads the word; the error names the words there are.
            fn from_str(text: &str) -> Result<$name, String> {
                let found = $name::ALL.iter().copied().find(|one| one.word() == text);
                found.ok_or_else(|| {
                    let words: Vec<&str> = $name::ALL.iter().map(|one| one.word()).collect();
                    format!("{text:?} is none of {}", words.join(", "))
                })
            }
        }
    };
}

words! {
    /// What a person is there for; `data/policy/roles.yaml` says it in a sentence each.
    Role {
        /// 统筹协调员.
        Coordinator = "coordinator",
        /// 监测员.
        MonitoringOfficer = "monitoring_officer",
        /// 审核员.
        Reviewer = "reviewer",
        /// 核查员.
        FieldOfficer = "field_officer",
        /// 办案人员.
        CaseOfficer = "case_officer",
        /// 社区信息员.
        CommunityReporter = "community_reporter",
        /// 审计员.
        Auditor = "auditor",
        /// 系统管理员.
        Administrator = "administrator",
    }
}

words! {
    /// What can be done with a thing.
    Action {
        /// See that it exists, with what a list shows of it.
        List = "list",
        /// Open it.
        Read = "read",
        /// Make a new one; of grants: grant the role.
        Create = "create",
        /// Change it; of one's own account: profile, password, second factor.
        Change = "change",
        /// Remove it; of grants: revoke; of sessions: end; of tokens: revoke.
        Delete = "delete",
        /// Start its work.
        Run = "run",
        /// Stop its work.
        Cancel = "cancel",
        /// Show one field of one person in clear, for a reason.
        Unmask = "unmask",
        /// Take it out of the platform as a file.
        Export = "export",
        /// Recompute and compare.
        Verify = "verify",
        /// Look after it for others; of accounts: office, name, disabling, new password, ending sessions.
        Manage = "manage",
    }
}

words! {
    /// Kinds of things.
    Kind {
        /// An agency.
        Agency = "agency",
        /// An administrative division.
        Division = "division",
        /// An office of an agency.
        Office = "office",
        /// A person's account.
        Account = "account",
        /// A role held.
        RoleGrant = "role_grant",
        /// A post of a duty list and its holders.
        Duty = "duty",
        /// A background job.
        Job = "job",
        /// Work that comes round.
        Schedule = "schedule",
        /// A setting of the platform.
        Setting = "setting",
        /// An entry of the audit log; without division: the log as a whole.
        Audit = "audit",
        /// A network analysis.
        Analysis = "analysis",
        /// A saved search.
        SavedSearch = "saved_search",
        /// A notice to a person.
        Notice = "notice",
        /// A token of the API.
        ApiToken = "api_token",
        /// A session.
        Session = "session",
    }
}
