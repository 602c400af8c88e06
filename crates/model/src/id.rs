//! Numbers of stored things, one type each, so that a job's number is never taken for a person's.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<$name, Self::Err> {
                text.parse().map($name)
            }
        }
    )+};
}

ids! {
    /// A person who signs in.
    AccountId,
    /// An agency, such as market regulation.
    AgencyId,
    /// A network analysis.
    AnalysisId,
    /// A background job.
    JobId,
    /// An agency's office for one division.
    OfficeId,
}
