//! The sentence of each fault in Chinese, by code. The English message and advice stand where a fault is found;
//! this is the one table of what its code means.

/// Of a file that cannot be opened or read.
pub(crate) const WORLD: &str = "无法读取文件，请检查文件、权限与磁盘。";

/// Code and sentence.
const SENTENCES: [(&str, &str); 22] = [
    ("file_given_twice", "同一文件给了两次，每个文件只给一次。"),
    ("heading_missing", "缺少必需的栏目或者表头，请在映射文件中写明。"),
    ("heading_fits_two_fields", "一个表头可对应两个栏目，程序不作猜测，请在映射文件中写明。"),
    ("field_has_two_headings", "一个栏目有两个表头相符，程序不作猜测，请在映射文件中写明。"),
    ("lines_above_headings", "表格上方另有文字，请在映射文件中写明表头在第几行。"),
    ("quote_unclear", "表头带单引号，请在映射文件中写明引号。"),
    ("empty_file", "文件为空，请核对导出过程。"),
    ("not_a_file", "不是普通文件，请先存成文件。"),
    ("not_a_table", "无法识别文件格式或者编码。"),
    ("bad_encoding", "此行有不符合该编码的字节，请写明编码，或者修正副本（原件不改动）。"),
    ("row_never_ends", "此行引号未闭合，或者文件不是表格。"),
    ("bad_parquet", "无法读取此 Parquet 文件，请重新取得或者重新导出。"),
    ("bad_workbook", "无法读取此工作簿，请另存为无密码的 .xlsx 或者 CSV。"),
    ("sheet_missing", "没有映射文件所写的工作表，请改正。"),
    ("sheet_unclear", "工作簿有多个工作表，请在映射文件中写明读取哪一个。"),
    ("sql_table_unclear", "转储文件中的表不明确，请在映射文件中写明。"),
    ("sql_columns_unknown", "该表没有建表语句，无法得知各列名称，请提供完整的转储。"),
    ("sql_columns_differ", "各表的列不一致，请分别读取。"),
    ("bad_sql", "转储文件在此处无法读取，可能被截断，请重新取得。"),
    ("kind_without_class", "有流水类型未归类，请在映射文件中逐一写明类别。"),
    ("bad_mapping", "映射文件有误，请对照指南改正。"),
    ("bad_words", "程序自带的词表有误，请报告此错误。"),
];

/// The sentence of a code.
pub(crate) fn sentence(code: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(own, _)| *own == code).map(|(_, sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The code that stands first behind a call in a source text.
    fn codes(text: &str, found: &mut BTreeSet<String>) {
        for opening in ["fault(", "complaints.push(("] {
            for (at, _) in text.match_indices(opening) {
                let rest = text[at + opening.len()..].trim_start();
                let code = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(code, _)| code);
                let is_code = |code: &&str| code.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                found.extend(code.filter(is_code).map(str::to_owned));
            }
        }
    }

    fn read(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, found);
            } else {
                codes(&std::fs::read_to_string(path).unwrap(), found);
            }
        }
    }

    #[test]
    fn every_code_in_use_has_a_sentence_and_every_sentence_a_use() {
        let mut used = BTreeSet::new();
        read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut used);
        let told: BTreeSet<String> = SENTENCES.iter().map(|(code, _)| (*code).to_owned()).collect();
        assert_eq!(used, told);
    }
}
