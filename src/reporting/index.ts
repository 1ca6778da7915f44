export { DashboardService } from './dashboard.service.js';
export { DashboardPace, DashboardPage } from './dto/dashboard.response.js';
export { ReportingModule } from './reporting.module.js';
