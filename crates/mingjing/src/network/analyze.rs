//! `mingjing network analyze`: from seized tables to a result directory, whole or not at all.

use super::Output;
use super::candidates;
use super::job::{self, Job};
use super::tables::Tables;
use super::told;
use crate::error::Error;
use crate::watch::Progress;
use crate::{TOOL, law};
use mingjing_intake::{Format, Input, Mapping, Packing, Pass, Reason, Reject, Tally, hash_files};
use mingjing_model::time::{Day, day_text, parse_day};
use mingjing_network::count::Count;
use mingjing_network::figures::Table;
use mingjing_report::report as doc;
use mingjing_results::findings::{self, Files, RowFinding};
use mingjing_results::stage::Stage;
use mingjing_results::summary::{self, About, Summary};
use mingjing_results::{branches, series, tables};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Files of a result directory that this module writes itself.
pub const MAPPING: &str = "mapping.yaml";
/// The list of confirmed persons, as given.
pub const CONFIRMED: &str = "confirmed.csv";
/// Ledger rows of a subject that the report names.
const SUBJECT_ROWS_MAX: usize = 10_000;

/// Arguments.
#[derive(clap::Args, Debug)]
#[command(group = clap::ArgGroup::new("grounds").required(true).args(["public", "case"]))]
pub struct Args {
    /// Member tables: csv, xlsx, parquet, jsonl, sql; .gz and .zst of these. Several files are one table.
    #[arg(long, num_args = 1.., required = true, value_name = "FILE")]
    pub members: Vec<PathBuf>,
    /// Ledgers, in the same formats.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub ledger: Vec<PathBuf>,
    /// The result directory; it must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Which heading is which field, kinds, time zone, system accounts, boundary.
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Counting policy (`mingjing data policies` lists them).
    #[arg(long, default_value = "main", value_name = "ID")]
    pub policy: String,
    /// Last day counted, such as 2020-06-30.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Confirmed persons: account,person,decided_by,decided_on.
    #[arg(long, value_name = "FILE")]
    pub persons: Option<PathBuf>,
    /// Accounts to report on by themselves.
    #[arg(long, num_args = 1.., value_name = "ACCOUNT")]
    pub subject: Vec<String>,
    /// Threads; all cores by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Replace an earlier result.
    #[arg(long)]
    pub replace: bool,
    /// The input is public or synthetic, without private persons.
    #[arg(long)]
    pub public: bool,
    /// Case number.
    #[arg(long, value_name = "NO", requires_all = ["basis", "purpose", "approver", "retain_until"])]
    pub case: Option<String>,
    /// Legal basis.
    #[arg(long, value_name = "TEXT", requires = "case")]
    pub basis: Option<String>,
    /// Purpose.
    #[arg(long, value_name = "TEXT", requires = "case")]
    pub purpose: Option<String>,
    /// Who approved.
    #[arg(long, value_name = "NAME", requires = "case")]
    pub approver: Option<String>,
    /// Last day the results may be kept.
    #[arg(long, value_name = "DATE", requires = "case")]
    pub retain_until: Option<String>,
}

/// Threads of a run.
pub fn jobs(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// Runs it.
pub fn run(args: &Args, output: &mut Output<'_>) -> Result<(), Error> {
    let grounds = grounds(args)?;
    let mapping = mapping(args.mapping.as_ref())?;
    let confirmed = args.persons.as_deref().map(job::confirmed).transpose()?.unwrap_or_default();
    let cutoff = args.as_of.as_deref().map(|text| date("--as-of", text)).transpose()?;
    let job = Job {
        members: args.members.clone(),
        ledger: args.ledger.clone(),
        terms: Job::terms(&args.policy, &mapping, cutoff, confirmed)?,
        mapping,
        jobs: jobs(args.jobs),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(job.jobs)
        .build()
        .map_err(|e| Error::World(format!("threads: {e}")))?;
    let stage = Stage::begin(&args.out, args.replace)?;
    let tables = job.open(&output.progress)?;
    output.progress.phase("hash", "计算校验值 SHA-256");
    let paths: Vec<PathBuf> = tables.inputs().iter().map(|input| input.path.clone()).collect();
    let hashes = hash_files(&paths, job.jobs, &output.progress)?;
    let given = given(args, &job, &output.progress)?;
    let run = Run { args, job: &job, tables: &tables, hashes, given, grounds };
    let progress = &output.progress;
    let summary = pool.install(|| -> Result<Summary, Error> {
        let mut groups = Vec::new();
        let count = run.job.count_and_look(run.tables, &args.subject, progress, |roster| {
            progress.phase("candidates", "查同号候选 candidates");
            groups = candidates::find(run.tables, roster)?;
            progress.check()
        })?;
        run.write(&stage, &count, &groups, progress)
    })?;
    output.progress.phase("commit", "写入 commit");
    let out = stage.commit()?;
    output.progress.finish();
    if output.json {
        let text = fs::read_to_string(out.join(mingjing_results::SUMMARY))
            .map_err(|e| Error::io(&out.join(mingjing_results::SUMMARY), &e))?;
        return output.say(&text);
    }
    output.say(&told::said(&summary, args, &out.join("report.html")))
}

/// Everything known of a run beside its count.
struct Run<'a> {
    args: &'a Args,
    job: &'a Job,
    tables: &'a Tables<'a>,
    hashes: Vec<[u8; 32]>,
    /// The files beside the tables that decided the run.
    given: Vec<doc::Input>,
    grounds: summary::Grounds,
}

impl Run<'_> {
    /// Writes tables, index and report side by side: all read the count, and each has its own files.
    fn write(
        &self,
        stage: &Stage,
        count: &Count,
        groups: &[candidates::Group],
        progress: &Progress,
    ) -> Result<Summary, Error> {
        let thresholds = &self.job.terms.thresholds;
        progress.phase("results", "写结果 results");
        let tables = || {
            progress.part("write", || tables::write(stage, count, thresholds, TOOL))?;
            progress.check()
        };
        let index = || {
            progress.part("index", || branches::write(stage, count))?;
            progress.check()
        };
        let report = || progress.part("report", || self.report(stage, count, groups));
        let (tables, (index, summary)) = rayon::join(tables, || (index(), report()));
        tables.and(index)?;
        progress.check()?;
        summary
    }

    /// What is small: series, findings, summary, report.
    fn report(&self, stage: &Stage, count: &Count, groups: &[candidates::Group]) -> Result<Summary, Error> {
        series::write(stage, &count.whole)?;
        let rejects = self.rejects();
        let reading = reading(&rejects);
        candidates::write(stage, groups, count)?;
        findings::write(stage, count, &self.files(), rejects.iter().map(Rejected::finding))?;
        let inputs = self.inputs(count);
        let summary = Summary::of(
            count,
            &About {
                tool: TOOL,
                grounds: self.grounds.clone(),
                terms: &self.job.terms,
                boundary: job::boundary(self.tables, &self.job.terms),
                inputs: inputs.clone(),
                reading: reading.clone(),
            },
        );
        summary.write(stage)?;
        self.put(stage, MAPPING, self.job.mapping.to_yaml().as_bytes())?;
        if let Some(path) = &self.args.persons {
            self.put(stage, CONFIRMED, &fs::read(path).map_err(|e| Error::io(path, &e))?)?;
        }
        let report = doc::Report::from_count(count, self.facts(count, inputs, &reading, &rejects)?);
        let html = mingjing_report::render_html(&report);
        self.put(stage, "report.html", html.as_bytes())?;
        mingjing_report::write_xlsx(&report, &stage.path().join("report.xlsx"))?;
        Ok(summary)
    }

    fn put(&self, stage: &Stage, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let mut file = stage.create(name)?;
        file.write_all(bytes).map_err(|e| Error::io(&stage.path().join(name), &e))
    }

    fn files(&self) -> Files {
        let names = |inputs: Vec<&Input>| inputs.iter().map(|input| input.name.clone()).collect();
        Files {
            members: names(self.tables.members.inputs()),
            ledger: self.tables.ledger.as_ref().map(|ledger| names(ledger.inputs())).unwrap_or_default(),
        }
    }

    fn tallies(&self) -> Vec<(Table, Vec<&Input>, &Tally)> {
        let members =
            self.tables.members_tally.get().map(|t| (Table::Members, self.tables.members.inputs(), t));
        let ledger = self.tables.ledger.as_ref().zip(self.tables.ledger_tally.get());
        members.into_iter().chain(ledger.map(|(ledger, t)| (Table::Ledger, ledger.inputs(), t))).collect()
    }

    fn rejects(&self) -> Vec<Rejected> {
        let mut all = Vec::new();
        for (table, inputs, tally) in self.tallies() {
            for reject in tally.rejected.iter().chain(&tally.bad_times) {
                let file = inputs.get(reject.file as usize).map_or("", |input| input.name.as_str());
                all.push(Rejected { table, file: file.to_owned(), reject: reject.clone() });
            }
        }
        all
    }

    fn inputs(&self, count: &Count) -> Vec<summary::Input> {
        // Duplicate and superseded rows by table and file.
        let mut marked: HashMap<(Table, u32, bool), u64> = HashMap::new();
        for finding in count.details.iter() {
            let is_superseded = finding.key == "superseded_rows";
            if is_superseded || matches!(finding.key, "duplicate_rows" | "duplicate_ledger_rows") {
                *marked.entry((finding.table, finding.file, is_superseded)).or_default() += 1;
            }
        }
        let mut hashes = self.hashes.iter();
        let mut all = Vec::new();
        for (table, inputs, tally) in self.tallies() {
            for (file, input) in inputs.into_iter().enumerate() {
                let of = |is_superseded| {
                    marked.get(&(table, file as u32, is_superseded)).copied().unwrap_or_default()
                };
                let read = tally.rows_read.get(file).copied().unwrap_or_default();
                let rejected =
                    tally.rejected.iter().filter(|reject| reject.file as usize == file).count() as u64;
                let hash = hashes.next().copied().unwrap_or_default();
                all.push(summary::Input {
                    table: summary::table_name(table).to_owned(),
                    name: input.name.clone(),
                    bytes: input.bytes,
                    sha256: hex(&hash),
                    format: format(input),
                    encoding: input.encoding.map(str::to_owned),
                    rows_read: read,
                    rows_accepted: read - rejected - of(false) - of(true),
                    rows_rejected: rejected,
                    rows_duplicate: of(false),
                    rows_superseded: of(true),
                });
            }
        }
        all
    }

    fn facts(
        &self,
        count: &Count,
        inputs: Vec<summary::Input>,
        reading: &BTreeMap<String, u64>,
        rejects: &[Rejected],
    ) -> Result<doc::Facts, Error> {
        let terms = &self.job.terms;
        let rules = law::rules().iter().map(|rule| doc::Rule {
            id: rule.id.clone(),
            zh: rule.plain.zh.clone(),
            en: rule.plain.en.clone(),
            source: rule.source.clone(),
            date: rule.since.clone(),
        });
        Ok(doc::Facts {
            title: match &self.grounds {
                summary::Grounds::Case { number, .. } => number.clone(),
                summary::Grounds::Public => self.files().members.join(", "),
            },
            tool: TOOL.to_owned(),
            grounds: doc_grounds(&self.grounds),
            inputs: inputs.into_iter().map(doc_input).chain(self.given.iter().cloned()).collect(),
            law: doc::Law::new(&terms.thresholds, rules.collect()),
            timezone: self.job.mapping.zone().to_string(),
            cutoff: terms.cutoff,
            boundary: job::boundary(self.tables, terms),
            subjects: self.subjects(count)?,
            read_findings: reading.iter().map(|(key, &n)| (key.clone(), i128::from(n))).collect(),
            read_rows: rejects.iter().take(doc::FINDING_ROWS_MAX).map(Rejected::row).collect(),
        })
    }

    /// The ledger rows of all accounts of each subject's person, found again in the ledger.
    fn subjects(&self, count: &Count) -> Result<Vec<doc::SubjectFacts>, Error> {
        let mut all: Vec<doc::SubjectFacts> = self
            .args
            .subject
            .iter()
            .map(|account| doc::SubjectFacts { account: account.trim().to_owned(), ..Default::default() })
            .collect();
        let Some(ledger) = self.tables.ledger.as_ref().filter(|_| !all.is_empty()) else { return Ok(all) };
        let person = |account: &str| count.names.find(account).map(|a| count.person[a as usize]);
        let asked: Vec<Option<u32>> = all.iter().map(|subject| person(&subject.account)).collect();
        let wanted: HashSet<u32> = asked.iter().flatten().copied().collect();
        let accounts: HashMap<String, u32> = (0..count.accounts() as u32)
            .filter(|&a| wanted.contains(&count.person[a as usize]))
            .map(|a| ((*count.names.text(a)).to_owned(), count.person[a as usize]))
            .collect();
        let names = self.files().ledger;
        let mut rows: HashMap<u32, (u64, Vec<doc::RowAt>)> = HashMap::new();
        ledger.read(
            Pass::Quick,
            self.job.jobs,
            self.tables.watch,
            |batch| {
                let own =
                    batch.rows().filter_map(|row| Some((*accounts.get(row.account)?, row.file, row.row)));
                own.collect::<Vec<_>>()
            },
            |found| {
                for (person, file, row) in found {
                    let (total, at) = rows.entry(person).or_default();
                    *total += 1;
                    if at.len() < SUBJECT_ROWS_MAX {
                        at.push(doc::RowAt { file: names[file as usize].clone(), row });
                    }
                }
                Ok::<(), Error>(())
            },
        )?;
        for (subject, person) in all.iter_mut().zip(asked) {
            if let Some((total, at)) = person.and_then(|person| rows.get(&person)) {
                subject.ledger_rows = *total;
                subject.ledger_at = at.clone();
            }
        }
        Ok(all)
    }
}

/// A row or value that reading did not take, with the name of its file.
struct Rejected {
    table: Table,
    file: String,
    reject: Reject,
}

impl Rejected {
    /// The key under which it is counted.
    fn key(&self) -> &'static str {
        match self.reject.reason {
            Reason::BadAmount => "bad_amounts",
            Reason::BadTime => "bad_times",
            _ => "rejected_rows",
        }
    }

    fn finding(&self) -> RowFinding<'_> {
        RowFinding {
            key: self.key(),
            table: self.table,
            file: &self.file,
            row: self.reject.row,
            account: "",
            field: self.reject.field.map_or("", |field| field.name()),
            value: &self.reject.value,
            reason_zh: reason_zh(self.reject.reason),
            reason: self.reject.reason.code(),
        }
    }

    fn row(&self) -> doc::FindingRow {
        let field = self.reject.field.map_or("", |field| field.name());
        doc::FindingRow {
            key: self.key().to_owned(),
            at: doc::RowAt { file: self.file.clone(), row: self.reject.row },
            account: String::new(),
            reason: match (field, self.reject.value.as_str()) {
                (_, "") => reason_zh(self.reject.reason).to_owned(),
                ("", value) => format!("{}（{value}）", reason_zh(self.reject.reason)),
                (field, value) => format!("{}（{field}：{value}）", reason_zh(self.reject.reason)),
            },
        }
    }
}

fn reason_zh(reason: Reason) -> &'static str {
    match reason {
        Reason::BlankAccount => "账号为空",
        Reason::RaggedRow => "栏数不符",
        Reason::StrayQuote => "引号位置有误",
        Reason::SwallowedRows => "引号未闭合，吞并了后面的行",
        Reason::RepeatedHeading => "重复的表头行",
        Reason::ControlCharacter => "含控制字符",
        Reason::DigitsLost => "数字精度已丢失",
        Reason::BadJson => "不是有效的 JSON 对象",
        Reason::BadAmount => "金额无法识别",
        Reason::BadTime => "时间无法识别",
    }
}

fn reading(rejects: &[Rejected]) -> BTreeMap<String, u64> {
    let keys = ["bad_amounts", "bad_times", "rejected_rows"];
    let mut counts: BTreeMap<String, u64> = keys.iter().map(|key| ((*key).to_owned(), 0)).collect();
    for reject in rejects {
        *counts.entry(reject.key().to_owned()).or_default() += 1;
    }
    counts
}

fn format(input: &Input) -> String {
    let format = match input.format {
        Format::Csv => "csv",
        Format::Xlsx => "xlsx",
        Format::Parquet => "parquet",
        Format::JsonLines => "jsonl",
        Format::Sql => "sql",
    };
    let packing = match input.packing {
        Packing::None => "",
        Packing::Gzip => ".gz",
        Packing::Zstd => ".zst",
    };
    format!("{format}{packing}")
}

fn doc_grounds(grounds: &summary::Grounds) -> doc::Grounds {
    match grounds.clone() {
        summary::Grounds::Public => doc::Grounds::Public,
        summary::Grounds::Case { number, basis, purpose, approver, retain_until } => doc::Grounds::Case {
            number,
            basis,
            purpose,
            approver,
            retain_until: day_text(retain_until.0).unwrap_or_default(),
        },
    }
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The mapping file and the list of confirmed persons, as the report names them.
fn given(args: &Args, job: &Job, progress: &Progress) -> Result<Vec<doc::Input>, Error> {
    let decided = job.terms.confirmed.len() as u64;
    let rows = doc::Rows { read: decided, accepted: decided, ..Default::default() };
    let mapping = args.mapping.iter().map(|path| (path, doc::Role::Mapping, "yaml", None));
    let persons = args.persons.iter().map(|path| (path, doc::Role::Persons, "csv", Some(rows)));
    let one = |(path, role, format, rows): (&PathBuf, doc::Role, &str, Option<doc::Rows>)| {
        let hash = hash_files(std::slice::from_ref(path), 1, progress)?;
        Ok(doc::Input {
            role,
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            format: format.to_owned(),
            bytes: fs::metadata(path).map_err(|e| Error::io(path, &e))?.len(),
            sha256: hash.iter().map(hex).collect(),
            rows,
        })
    };
    mapping.chain(persons).map(one).collect()
}

fn doc_input(input: summary::Input) -> doc::Input {
    doc::Input {
        role: if input.table == "members" { doc::Role::Members } else { doc::Role::Ledger },
        format: match &input.encoding {
            Some(encoding) => format!("{} ({encoding})", input.format),
            None => input.format.clone(),
        },
        name: input.name,
        bytes: input.bytes,
        sha256: input.sha256,
        rows: Some(doc::Rows {
            read: input.rows_read,
            accepted: input.rows_accepted,
            rejected: input.rows_rejected,
            duplicate: input.rows_duplicate,
            superseded: input.rows_superseded,
        }),
    }
}

fn date(option: &str, text: &str) -> Result<Day, Error> {
    parse_day(text).ok_or_else(|| {
        Error::user(
            "bad_date",
            format!("不是日期，请写作 2020-06-30。\n{option} {text}: is no date; write it as 2020-06-30"),
        )
    })
}

fn grounds(args: &Args) -> Result<summary::Grounds, Error> {
    let Some(number) = &args.case else { return Ok(summary::Grounds::Public) };
    let filled = |option: &str, value: &Option<String>| match value.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(Error::user(
            "grounds_missing",
            format!(
                "此项必须填写：涉及个人的数据须有案号、依据、目的、批准人、保存期限。\n\
                 {option} must say something: person data enter a case only"
            ),
        )),
    };
    Ok(summary::Grounds::Case {
        number: filled("--case", &Some(number.clone()))?,
        basis: filled("--basis", &args.basis)?,
        purpose: filled("--purpose", &args.purpose)?,
        approver: filled("--approver", &args.approver)?,
        retain_until: summary::Date(date("--retain-until", &filled("--retain-until", &args.retain_until)?)?),
    })
}

/// Reads a mapping file.
pub fn mapping(path: Option<&PathBuf>) -> Result<Mapping, Error> {
    let Some(path) = path else { return Ok(Mapping::default()) };
    let text = fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
    Ok(Mapping::parse(&text, &path.file_name().unwrap_or_default().to_string_lossy())?)
}
