//! What can go wrong with a result directory, and whose fault it is. A message is a line in Chinese, then one in
//! English.

use parquet::errors::ParquetError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a result directory cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The output directory holds files and replacing was not asked for.
    #[error(
        "目录中已有文件；请换目录，或者用 --replace 替换。\n\
         {}: holds files already; name another directory, or replace it with --replace",
        .0.display()
    )]
    NotEmpty(PathBuf),
    /// Replacing was asked for, but what stands there is no result directory.
    #[error(
        "该目录不是结果目录，未替换。\n\
         {}: is not replaced: it holds files but no summary.json, so it is no result directory; \
         name another",
        .0.display()
    )]
    NotReplaceable(PathBuf),
    /// The output names something that cannot become a directory.
    #[error(
        "这不是目录。\n\
         {}: is not a directory; name a new or empty directory",
        .0.display()
    )]
    NotADirectory(PathBuf),
    /// The directory in which the output shall stand is missing.
    #[error(
        "上级目录不存在，请先建立。\n\
         {}: no such directory; make it first, the results go into a new directory inside",
        .0.display()
    )]
    ParentMissing(PathBuf),
    /// Another run writes to the same place.
    #[error(
        "另一次运行正在写入此处。\n\
         {}: another run is writing here; wait for it to end or name another directory",
        .0.display()
    )]
    InUse(PathBuf),
    /// A replace was interrupted: the earlier result stands aside.
    #[error(
        "上次替换被中断，旧结果在旁边的目录中。\n\
         {}: an interrupted run moved the earlier result to {}; run the analysis again or rename it back",
        .0.display(), .1.display()
    )]
    MovedAside(PathBuf, PathBuf),
    /// A file of the result directory is missing.
    #[error(
        "不是完整的结果目录。\n\
         {}: not found; {} is no complete result directory of `network analyze`",
        .0.display(), .1.display()
    )]
    Missing(PathBuf, PathBuf),
    /// The account is not in the results.
    #[error(
        "结果中没有此账号，请按原文填写。\n\
         account {0:?} is not in these results; give the number as it stands in accounts.parquet"
    )]
    UnknownAccount(String),
    /// A file is not what its name says: damaged, cut short or of another version.
    #[error(
        "结果文件损坏或者版本不同，请重新分析。\n\
         {}: {what}; the results are damaged or of another version, run the analysis again",
        path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What was expected and found.
        what: String,
    },
    /// The operating system refused.
    #[error(
        "系统未能完成读写，请检查文件、权限与磁盘。\n\
         {}: cannot {doing}: {source}",
        path.display()
    )]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Is it the user's to mend (exit code 2), rather than the world's (exit code 1)?
    pub fn is_users(&self) -> bool {
        !matches!(self, Error::Io { .. } | Error::Broken { .. })
    }

    /// From an error of the system.
    pub fn io(path: &Path, doing: &'static str, source: io::Error) -> Error {
        Error::Io { path: path.to_owned(), doing, source }
    }

    /// A damaged file.
    pub fn broken(path: &Path, what: impl Into<String>) -> Error {
        Error::Broken { path: path.to_owned(), what: what.into() }
    }

    /// From an error of the Parquet library: one of the system if it carries one, else a damaged file.
    pub(crate) fn parquet(path: &Path, doing: &'static str, error: ParquetError) -> Error {
        match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(source) => Error::io(path, doing, *source),
                Err(inner) => Error::broken(path, inner.to_string()),
            },
            other => Error::broken(path, other.to_string()),
        }
    }
}
