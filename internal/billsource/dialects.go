package billsource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"deliverd/internal/bill"
)

// key says under which name a record has a field.
type key struct {
	name  string
	field bill.Field
}

// recordKeys are the fields of BillDetail and DistributionBillDetail (billing
// 2018-07-09) that all components of a record share.
var recordKeys = []key{
	{"Id", bill.RecordID}, {"BillDay", bill.BillDay},
	{"PayerUin", bill.PayerUin}, {"OwnerUin", bill.OwnerUin}, {"OperateUin", bill.OperateUin},
	{"BusinessCode", bill.BusinessCode}, {"BusinessCodeName", bill.BusinessName},
	{"ProductCode", bill.ProductCode}, {"ProductCodeName", bill.ProductName},
	{"PayModeName", bill.PayModeName}, {"ActionType", bill.ActionType}, {"ActionTypeName", bill.ActionTypeName},
	{"ProjectId", bill.ProjectID}, {"ProjectName", bill.ProjectName},
	{"RegionId", bill.RegionID}, {"RegionName", bill.RegionName}, {"ZoneId", bill.ZoneID}, {"ZoneName", bill.ZoneName},
	{"ResourceId", bill.ResourceID}, {"ResourceName", bill.ResourceName},
	{"OrderId", bill.OrderID}, {"BillId", bill.BillID},
	{"PayTime", bill.TransactionTime}, {"FeeBeginTime", bill.UsageStart}, {"FeeEndTime", bill.UsageEnd},
	{"PriceInfo", bill.PriceInfo}, {"AssociatedOrder", bill.AssociatedOrder},
	{"Formula", bill.Formula}, {"ReserveDetail", bill.ReserveDetail}, {"Tags", bill.Tags},
}

// componentKeys are the fields of BillDetailComponent. It has no total to be
// paid: RealCost is before the voucher, and TotalCost stays blank.
// SpecifiedPrice and SPDeduction are deprecated.
var componentKeys = []key{
	{"ComponentCode", bill.ComponentCode}, {"ComponentCodeName", bill.ComponentName},
	{"ItemCode", bill.ItemCode}, {"ItemCodeName", bill.ItemName}, {"InstanceType", bill.InstanceType},
	{"SinglePrice", bill.SinglePrice}, {"ContractPrice", bill.ContractPrice}, {"PriceUnit", bill.PriceUnit},
	{"UsedAmount", bill.UsedAmount}, {"UsedAmountUnit", bill.UsedAmountUnit},
	{"RealTotalMeasure", bill.RealTotalMeasure}, {"DeductedMeasure", bill.DeductedMeasure},
	{"TimeSpan", bill.TimeSpan}, {"TimeUnitName", bill.TimeUnit},
	{"Cost", bill.Cost}, {"Discount", bill.Discount}, {"BlendedDiscount", bill.BlendedDiscount}, {"ReduceType", bill.ReduceType},
	{"RiTimeSpan", bill.RITimeSpan}, {"OriginalCostWithRI", bill.CostWithRI},
	{"SPDeductionRate", bill.SPDeductionRate}, {"OriginalCostWithSP", bill.CostWithSP},
	{"RealCost", bill.RealCost}, {"VoucherPayAmount", bill.VoucherPay}, {"CashPayAmount", bill.CashPay},
	{"IncentivePayAmount", bill.IncentivePay}, {"TransferPayAmount", bill.TransferPay},
	{"TaxRate", bill.TaxRate}, {"TaxAmount", bill.TaxAmount}, {"Currency", bill.Currency},
	{"ComponentConfig", bill.ComponentConfig},
}

// partnerKeys are the fields of BillDetailData and CustomerBillDetailData
// (intlpartnersmgt 2022-09-28), whose records are one component each. Of two
// names for a field the later one counts: DiscountRate is abandoned.
var partnerKeys = []key{
	{"Id", bill.RecordID},
	{"PayerAccountId", bill.PayerUin}, {"OwnerAccountId", bill.OwnerUin}, {"OperatorAccountId", bill.OperateUin},
	{"ProductName", bill.BusinessName}, {"SubProductName", bill.ProductName}, {"BillingMode", bill.PayModeName},
	{"TransactionType", bill.ActionTypeName}, {"TransactionId", bill.BillID}, {"TransactionTime", bill.TransactionTime},
	{"ProjectName", bill.ProjectName}, {"Region", bill.RegionName}, {"AvailabilityZone", bill.ZoneName},
	{"InstanceId", bill.ResourceID}, {"InstanceName", bill.ResourceName}, {"InstanceType", bill.InstanceType},
	{"UsageStartTime", bill.UsageStart}, {"UsageEndTime", bill.UsageEnd},
	{"ComponentType", bill.ComponentName}, {"ComponentName", bill.ItemName},
	{"ComponentListPrice", bill.SinglePrice}, {"ComponentPriceMeasurementUnit", bill.PriceUnit},
	{"ComponentUsage", bill.UsedAmount}, {"ComponentUsageUnit", bill.UsedAmountUnit},
	{"UsageDuration", bill.TimeSpan}, {"DurationUnit", bill.TimeUnit},
	{"OriginalCost", bill.Cost}, {"DiscountRate", bill.Discount}, {"CustomerDiscountRate", bill.Discount},
	{"TotalAmountAfterDiscount", bill.RealCost}, {"VoucherDeduction", bill.VoucherPay}, {"TotalCost", bill.TotalCost},
	{"Currency", bill.Currency}, {"Tags", bill.Tags},
}

// The names of the fields in messages about a record, by dialect.
var (
	billingNames = namesOf()
	partnerNames = namesOf(partnerKeys...)
)

func namesOf(keys ...key) (names [bill.NumFields]string) {
	for field := range bill.NumFields {
		names[field] = field.String()
	}
	for _, k := range keys {
		names[k.field] = k.name
	}
	return names
}

// valueError is a value of a record that cannot be read.
type valueError struct{ name, text, problem, fix string }

func (e *valueError) Error() string { return e.name + " " + e.problem }

// strangerError is a record that is none of a detail bill.
type strangerError struct{ problem string }

func (e *strangerError) Error() string { return e.problem }

// appendLines reads a record: a line per component, or one line when it is a
// partner's. The keys tell the dialect.
func appendLines(lines []bill.Line, values record) ([]bill.Line, error) {
	set, billing := values["ComponentSet"]
	switch {
	case billing:
		return billingLines(lines, values, set)
	case hasAny(values, "UsageStartTime", "TransactionType", "PayerAccountId", "OwnerAccountId"):
		lines = append(lines, bill.Line{})
		return lines, fill(&lines[len(lines)-1], values, partnerKeys, "")
	case hasAny(values, "Error"):
		return nil, &strangerError{"is an error answer of the API, no bill: " + shown(string(values["Error"]))}
	case hasAny(values, "BusinessCodeName", "ActionTypeName", "FeeBeginTime"):
		return nil, &strangerError{"has records without ComponentSet: this is no detail bill"}
	default:
		return nil, &strangerError{"has neither a DetailSet nor records of a detail bill"}
	}
}

func hasAny(values record, names ...string) bool {
	for _, name := range names {
		if _, ok := values[name]; ok {
			return true
		}
	}
	return false
}

func billingLines(lines []bill.Line, values record, set json.RawMessage) ([]bill.Line, error) {
	var components []record
	if err := json.Unmarshal(set, &components); err != nil {
		return nil, &valueError{"ComponentSet", "", "is no array of components", downloadAgain}
	}
	if len(components) == 0 {
		return nil, &valueError{"ComponentSet", "", "is empty: the record has no amount", downloadAgain}
	}
	var shared bill.Line
	if err := fill(&shared, values, recordKeys, ""); err != nil {
		return nil, err
	}
	for i, component := range components {
		line := shared
		prefix := ""
		if len(components) > 1 {
			prefix = fmt.Sprintf("ComponentSet[%d].", i)
		}
		if err := fill(&line, component, componentKeys, prefix); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// fill puts the values of a record into a line, clean.
func fill(line *bill.Line, values record, keys []key, prefix string) error {
	for _, k := range keys {
		raw, ok := values[k.name]
		if !ok {
			continue
		}
		text, err := cleanValue(k.field, raw)
		if err != nil {
			e := &valueError{prefix + k.name, "", err.Error(), downloadAgain}
			if field, ok := errors.AsType[*bill.FieldError](err); ok {
				e.text, e.problem, e.fix = field.Value, field.Problem, field.Fix
			}
			return e
		}
		if text != "" {
			line[k.field] = text
		}
	}
	return nil
}

func cleanValue(field bill.Field, raw json.RawMessage) (string, error) {
	if string(raw) == "null" {
		return "", nil
	}
	if field.Kind() != bill.JSON {
		text, err := scalar(raw)
		if err != nil {
			return "", err
		}
		return clean(field, field.Kind(), text)
	}
	text := string(raw)
	if text[0] == '"' {
		var err error
		if text, err = scalar(raw); err != nil {
			return "", err
		}
	}
	if field != bill.Tags || isNull(text) {
		return clean(field, field.Kind(), text)
	}
	tags, err := parseTags(strings.TrimSpace(text))
	if err != nil {
		return "", err
	}
	return encodeTags(tags), nil
}

// scalar is the text of a JSON string, number or boolean; a number keeps its
// digits, because it is never read as one. A missing value and null are blank.
func scalar(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	switch raw[0] {
	case 'n':
		return "", nil
	case '"':
		if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return string(inner), nil
		}
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '[', '{':
		return "", fmt.Errorf("is no single value: %s", shown(string(raw)))
	default:
		return string(raw), nil
	}
}
